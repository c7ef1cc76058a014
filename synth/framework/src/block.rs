//! Nested blocks at the call site: one block, several, or a rule that makes them.

use std::borrow::Cow;

use crate::{
    body::{Block, Body, Repeat},
    types::List,
    value::IntoValue,
    view::BlockIterator,
};

/// The typestate of a builder whose required argument was given.
#[derive(Clone, Copy, Debug)]
pub enum Present {}

/// The typestate of a builder whose required argument is still missing.
#[derive(Clone, Copy, Debug)]
pub enum Missing {}

/// Holds when the required `Argument` of `Owner` was given.
#[diagnostic::on_unimplemented(
    message = "`{Owner}` is missing its required argument `{Argument}`",
    label = "the required argument `{Argument}` is missing",
    note = "give it before this call"
)]
pub trait Satisfies<Owner, Argument> {}

impl<Owner, Argument> Satisfies<Owner, Argument> for Present {}

/// A complete nested block of the shape `Shape`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a `{Shape}` block", label = "expected a `{Shape}` block")]
pub trait IntoBlock<Shape> {
    /// The content of the block.
    fn into_body(self) -> Body;
}

/// One or more nested blocks of the shape `Shape`: a block, a list of them, `None` for none, or [`dynamic`].
#[diagnostic::on_unimplemented(message = "`{Self}` is not a `{Shape}` block", label = "expected `{Shape}` blocks")]
pub trait IntoBlocks<Shape> {
    /// The blocks.
    fn into_blocks(self) -> Vec<Block>;
}

/// One block, as the generated blocks implement [`IntoBlocks`].
pub fn once(body: Body) -> Vec<Block> {
    vec![Block { repeat: Repeat::Once, body }]
}

/// One block under a key, where blocks are nested as a map.
pub fn keyed(key: impl Into<String>, body: Body) -> Vec<Block> {
    vec![Block { repeat: Repeat::Keyed(key.into()), body }]
}

impl<S, B: IntoBlocks<S>> IntoBlocks<S> for Vec<B> {
    fn into_blocks(self) -> Vec<Block> {
        self.into_iter().flat_map(B::into_blocks).collect()
    }
}

impl<S, B: IntoBlocks<S>, const N: usize> IntoBlocks<S> for [B; N] {
    fn into_blocks(self) -> Vec<Block> {
        self.into_iter().flat_map(B::into_blocks).collect()
    }
}

impl<S, B: IntoBlocks<S>> IntoBlocks<S> for Option<B> {
    fn into_blocks(self) -> Vec<Block> {
        self.into_iter().flat_map(B::into_blocks).collect()
    }
}

impl<S, I, F, B> IntoBlocks<S> for std::iter::Map<I, F>
where
    Self: std::iter::Iterator<Item = B>,
    B: IntoBlocks<S>,
{
    fn into_blocks(self) -> Vec<Block> {
        self.flat_map(B::into_blocks).collect()
    }
}

/// Blocks that are repeated over a collection which only Terraform knows. See [`dynamic`].
#[derive(Clone, Debug)]
pub struct Dynamic<B> {
    for_each: crate::Expression,
    iterator: &'static str,
    block: B,
}

/// A `dynamic` block: one block for each item of a collection that is known only when Terraform runs.
///
/// `iterator` names the item in what is written; nested ones need different names. Over values that are known here, use
/// an ordinary Rust iterator instead.
///
/// ```
/// # mod fixture { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/mod.rs")); }
/// # use fixture::{harbor_pier, harbor_pier::berth};
/// use synth_framework::{List, Number, Stack, dynamic, variable};
///
/// let stack = &Stack::new("example");
/// let widths = variable::<List<Number>>("widths").add_to(stack);
/// harbor_pier("north")
///     .name("north")
///     .berth(dynamic("berth", widths, |each| berth().width(each.value())))
///     .add_to(stack);
/// ```
pub fn dynamic<T, B>(
    iterator: &'static str,
    for_each: impl IntoValue<List<T>>,
    block: impl FnOnce(&BlockIterator<T>) -> B,
) -> Dynamic<B> {
    let for_each = for_each.into_value().into_expression();
    Dynamic { for_each, iterator, block: block(&BlockIterator::new(iterator)) }
}

impl<S, B: IntoBlock<S>> IntoBlocks<S> for Dynamic<B> {
    fn into_blocks(self) -> Vec<Block> {
        let repeat = Repeat::Dynamic { for_each: self.for_each, iterator: Cow::Borrowed(self.iterator) };
        vec![Block { repeat, body: self.block.into_body() }]
    }
}
