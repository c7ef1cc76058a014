//! `synth-codegen`: reads provider schemas and writes the bindings.

fn main() -> anyhow::Result<()> {
    let layout = synth_codegen::generate::Layout::workspace();
    let selection = synth_codegen::selection::Selection::read(&layout.selection())?;
    if let Some(from) = std::env::args().nth(1) {
        let name = std::env::args().nth(2).unwrap();
        let text = std::fs::read_to_string(from)?;
        let s = synth_codegen::prune::prune(&text, &selection.providers[&name])?;
        std::fs::write(layout.schema(&name), synth_codegen::prune::to_text(&s)?)?;
        return Ok(());
    }
    let files = layout.generate()?;
    let written = synth_codegen::generate::write(&layout.bindings, &files)?;
    println!("{written:?}");
    Ok(())
}
