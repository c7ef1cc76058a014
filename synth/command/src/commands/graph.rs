//! `synth graph`: the dependencies inside a stack.

use std::fmt;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use synth_framework::{Graph, Mode, source};
use synth_project::{Built, Part, Project};

use super::arguments::stack;
use crate::{
    project::Opened,
    report::{Report, json, say},
};

#[derive(Args, Debug)]
pub struct GraphArgs<P: Project> {
    /// Stack
    #[arg(value_parser = stack::<P>(), value_name = "STACK")]
    part: &'static Part<P>,
    /// Format of the drawing
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
    /// Print JSON: nodes, and edges from each node to what it needs
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Graphviz
    Dot,
    /// Mermaid, which GitHub draws inside Markdown
    Mermaid,
}

/// Draws the graph of a stack; an arrow leads from what refers to what is referred to.
pub fn graph<P: Project>(project: &Opened<P>, args: &GraphArgs<P>) -> Result<Report> {
    if let Some(why) = (args.part.absent)(&project.settings) {
        say(format_args!("`{}` is not made, because {why}", args.part.name));
        return Ok(Report::fine(""));
    }
    let Built::Stack(stack) = args.part.build(&project.settings)? else {
        unreachable!("only names of stacks are accepted");
    };
    let drawing = Drawing { name: args.part.name, graph: Graph::of(&stack) };
    Ok(match args.format {
        _ if args.json => Report::fine(json(&drawing.json())),
        Format::Dot => Report::fine(Dot(&drawing)),
        Format::Mermaid => Report::fine(Mermaid(&drawing)),
    })
}

struct Drawing {
    name: &'static str,
    graph: Graph,
}

impl Drawing {
    fn edges(&self) -> impl Iterator<Item = (usize, usize)> {
        self.graph.edges.iter().enumerate().flat_map(|(from, targets)| targets.iter().map(move |to| (from, *to)))
    }

    fn json(&self) -> Json {
        let nodes = &self.graph.nodes;
        let nodes_json = nodes.iter().map(|node| {
            let source = source(node.location);
            json!({ "address": node.address.to_string(), "source": source })
        });
        let edges = self
            .edges()
            .map(|(from, to)| json!({ "from": nodes[from].address.to_string(), "to": nodes[to].address.to_string() }));
        json!({ "part": self.name, "nodes": nodes_json.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>() })
    }
}

/// Resources are boxes, data sources ellipses, variables and locals bare text.
struct Dot<'a>(&'a Drawing);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drawing { name, graph } = self.0;
        writeln!(formatter, "digraph \"{name}\" {{\n  rankdir=LR;\n  node [shape=box];")?;
        for node in &graph.nodes {
            let shape = match node.address.mode {
                Mode::Managed => "",
                Mode::Data => " [shape=ellipse]",
                _ => " [shape=plaintext]",
            };
            writeln!(formatter, "  \"{}\"{shape};", node.address)?;
        }
        for (from, to) in self.0.edges() {
            writeln!(formatter, "  \"{}\" -> \"{}\";", graph.nodes[from].address, graph.nodes[to].address)?;
        }
        formatter.write_str("}\n")
    }
}

/// Resources are boxes, data sources stadiums, variables and locals flags.
struct Mermaid<'a>(&'a Drawing);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("graph LR\n")?;
        for (index, node) in self.0.graph.nodes.iter().enumerate() {
            let (open, close) = match node.address.mode {
                Mode::Managed => ("[", "]"),
                Mode::Data => ("([", "])"),
                _ => (">", "]"),
            };
            writeln!(formatter, "  n{index}{open}\"{}\"{close}", node.address)?;
        }
        self.0.edges().try_for_each(|(from, to)| writeln!(formatter, "  n{from} --> n{to}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_framework::{Ref, Stack, local};

    fn drawing() -> Drawing {
        let stack = Stack::new("sample");
        let first: Ref<String> = local("first", "a").add_to(&stack);
        local::<String>("second", first).add_to(&stack);
        Drawing { name: "sample", graph: Graph::of(&stack.build().unwrap()) }
    }

    #[test]
    fn dot_draws_an_arrow_to_what_is_needed() {
        insta::assert_snapshot!(Dot(&drawing()), @r#"
        digraph "sample" {
          rankdir=LR;
          node [shape=box];
          "local.first" [shape=plaintext];
          "local.second" [shape=plaintext];
          "local.second" -> "local.first";
        }
        "#);
    }

    #[test]
    fn mermaid_numbers_the_nodes() {
        insta::assert_snapshot!(Mermaid(&drawing()), @r#"
        graph LR
          n0>"local.first"]
          n1>"local.second"]
          n1 --> n0
        "#);
    }

    #[test]
    fn json_names_the_rust_source() {
        let json = drawing().json();
        assert_eq!(json["edges"], json!([{ "from": "local.second", "to": "local.first" }]));
        let source = json["nodes"][0]["source"].as_str().unwrap();
        assert!(source.starts_with("synth/command/src/commands/graph.rs:"), "{source}");
    }
}
