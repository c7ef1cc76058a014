//! Sources that need each other in a circle, crate by crate: none of them can be read, moved or tested by itself.
//!
//! A source that names what is in its own modules, as a `mod.rs` does, is their list of contents: that is no arrow here, so a module
//! and what is within it make no circle by themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path as File, PathBuf},
};

use crate::{
    paths::{self, Path},
    root, targets,
};

/// The modules of a crate, and what each source says.
#[derive(Default)]
struct Modules {
    files: BTreeMap<Path, PathBuf>,
    imports: BTreeMap<Path, BTreeMap<String, Path>>,
    named: Vec<(Path, Path)>,
}

/// Where a path leads: to a module, or to something that a module has.
enum Found {
    Module(Path),
    Within(Path),
}

impl Modules {
    fn of_crate(root: &File) -> Self {
        let mut modules = Self::default();
        let folder = root.parent().expect("a source lies in a folder");
        modules.add(Path::new(), root, folder);
        modules
    }

    /// Adds a source, and those of its modules, which lie in `folder`.
    fn add(&mut self, module: Path, file: &File, folder: &File) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let said = paths::read(&text);
        let within = |inner: &Path| [module.as_slice(), inner.as_slice()].concat();
        self.files.insert(module.clone(), file.to_owned());
        for inner in &said.inline {
            self.files.insert(within(inner), file.to_owned());
        }
        for (of, name, path) in said.imports {
            self.imports.entry(within(&of)).or_default().insert(name, path);
        }
        self.named.extend(said.named.iter().map(|(of, path)| (within(of), path.clone())));
        for inner in &said.declared {
            let folder = inner.iter().fold(folder.to_owned(), |folder, name| folder.join(name));
            let beside = folder.with_extension("rs");
            let file = if beside.exists() { beside } else { folder.join("mod.rs") };
            // What a `path` attribute takes from elsewhere is read where it lies.
            if file.exists() {
                self.add(within(inner), &file, &folder);
            }
        }
    }

    /// Where a path leads that is named in a module: through what others import, to where it is declared.
    fn resolve(&self, module: &Path, path: &[String], hops: usize) -> Option<Found> {
        let mut at = module.clone();
        for (index, name) in path.iter().enumerate() {
            match name.as_str() {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                _ => {
                    let child = [at.as_slice(), std::slice::from_ref(name)].concat();
                    if self.files.contains_key(&child) {
                        at = child;
                        continue;
                    }
                    let import = self.imports.get(&at).and_then(|imports| imports.get(name)).filter(|_| hops > 0);
                    match import.map(|import| self.resolve(&at, import, hops - 1)) {
                        Some(Some(Found::Module(found))) => at = found,
                        Some(Some(found)) => return Some(found),
                        // A name without a module before it is another crate's, or the source's own.
                        _ if index == 0 => return None,
                        _ => return Some(Found::Within(at)),
                    }
                }
            }
        }
        Some(Found::Module(at))
    }

    /// The sources that each source needs.
    fn arrows(&self) -> BTreeMap<&File, BTreeSet<&File>> {
        let mut arrows: BTreeMap<&File, BTreeSet<&File>> = BTreeMap::new();
        // A module that names what is within it is their list of contents, and needs them as a book needs its chapters.
        let upward = |(_, path): &&(Path, Path)| ["crate", "super"].contains(&path[0].as_str());
        for (module, path) in self.named.iter().filter(upward) {
            if let Some(Found::Module(found) | Found::Within(found)) = self.resolve(module, path, 8) {
                arrows.entry(&self.files[module]).or_default().insert(&self.files[&found]);
            }
        }
        arrows
    }
}

/// The sources that reach each other, in groups of at least two.
fn circles<'a>(arrows: &BTreeMap<&'a File, BTreeSet<&'a File>>) -> BTreeSet<BTreeSet<&'a File>> {
    let reached = |from: &'a File| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(file) = next.pop() {
            let needed = arrows.get(file).into_iter().flatten();
            next.extend(needed.filter(|needed| reached.insert(**needed)));
        }
        reached
    };
    let reached: BTreeMap<_, _> = arrows.keys().map(|file| (*file, reached(file))).collect();
    let together = |file: &&'a File| -> BTreeSet<_> {
        reached[file]
            .iter()
            .filter(|other| reached.get(*other).is_some_and(|back| back.contains(file)))
            .copied()
            .collect()
    };
    arrows.keys().map(together).filter(|circle| circle.len() > 1).collect()
}

/// The circles of a crate that begins at this source, and how many arrows it has.
fn circles_of(root: &File) -> (Vec<Vec<PathBuf>>, usize) {
    let modules = Modules::of_crate(root);
    let arrows = modules.arrows();
    let owned = |circle: BTreeSet<&File>| circle.into_iter().map(File::to_owned).collect();
    (circles(&arrows).into_iter().map(owned).collect(), arrows.values().map(BTreeSet::len).sum())
}

#[test]
fn few_sources_need_each_other() {
    let (mut found, mut arrows) = (Vec::new(), 0);
    for (circles, seen) in targets().iter().map(|target| circles_of(target)) {
        let shown = |file: &PathBuf| file.strip_prefix(root()).unwrap_or(file).display().to_string();
        found.extend(circles.iter().map(|circle| circle.iter().map(shown).collect::<Vec<_>>()));
        arrows += seen;
    }
    assert!(arrows > 1500, "only {arrows} arrows are seen: are these all sources?");
    let few = found.len() <= 4 && found.iter().all(|circle| circle.len() <= 6);
    let shown: Vec<_> = found.iter().map(|circle| circle.join(", ")).collect();
    assert!(
        few,
        "there are {} circles, and at most four of at most six sources may be:\n{}",
        found.len(),
        shown.join("\n")
    );
}

#[test]
fn a_circle_is_seen_through_what_others_import_and_in_every_folder() {
    let folder = tempfile::tempdir().unwrap();
    let sources = [
        ("lib.rs", "mod a; mod b; mod c; pub use b::{B as Known, Other};"),
        ("a.rs", "use crate::Known; pub struct A;"),
        ("b.rs", "pub struct B(super::a::A); pub struct Other;"),
        ("c/mod.rs", "mod d; mod e; use d::D; pub fn f() -> crate::Other { e::g() }"),
        ("c/d.rs", "pub struct D; impl D { fn h() { super::e::g() } }"),
        ("c/e/mod.rs", "mod i; pub fn g() { super::D; crate::c::e::i::j() }"),
        ("c/e/i.rs", "pub fn j() {} #[cfg(test)] mod tests { use crate::a; }"),
    ];
    for (path, text) in sources {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (circles, arrows) = circles_of(&folder.path().join("lib.rs"));
    let named = |names: [&str; 2]| names.map(|name| folder.path().join(name)).to_vec();
    assert_eq!(circles, [named(["a.rs", "b.rs"]), named(["c/d.rs", "c/e/mod.rs"])]);
    assert_eq!(arrows, 6);
}
