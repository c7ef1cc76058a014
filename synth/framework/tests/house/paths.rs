//! The names in a Rust source: the modules that it declares, what it imports, and the paths that it names.
//!
//! It reads words and not syntax, so that what stands in a macro counts too. Tests inside a source do not.

/// Everything that one source says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Modules in files of their own.
    pub(crate) declared: Vec<Path>,
    /// Modules within the source.
    pub(crate) inline: Vec<Path>,
    /// Imports: the module that has one, the name there, and the path that it stands for.
    pub(crate) imports: Vec<(Path, String, Path)>,
    /// Paths that are named: the module that names one, and the path.
    pub(crate) named: Vec<(Path, Path)>,
}

/// Names, one inside the other.
pub(crate) type Path = Vec<String>;

/// Reads a source.
pub(crate) fn read(text: &str) -> Said {
    let mut reader = Reader { tokens: tokens(text), at: 0, scopes: Vec::new(), said: Said::default() };
    reader.read();
    reader.said
}

struct Reader<'a> {
    tokens: Vec<&'a str>,
    at: usize,
    /// For each brace that is open, the module that it is of.
    scopes: Vec<Option<&'a str>>,
    said: Said,
}

impl<'a> Reader<'a> {
    fn token(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn before(&self) -> &'a str {
        self.at.checked_sub(1).map_or("", |at| self.tokens[at])
    }

    fn module(&self) -> Path {
        self.scopes.iter().flatten().map(ToString::to_string).collect()
    }

    fn read(&mut self) {
        while self.at < self.tokens.len() {
            match (self.token(0), self.token(1)) {
                ("#", "[") if self.tokens[self.at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"]) => {
                    self.at += 7;
                    self.skip_item();
                }
                ("mod", name) if is_word(name) && [";", "{"].contains(&self.token(2)) => {
                    let mut path = self.module();
                    path.push(name.to_owned());
                    if self.token(2) == "{" {
                        self.said.inline.push(path);
                        self.scopes.push(Some(name));
                    } else {
                        self.said.declared.push(path);
                    }
                    self.at += 3;
                }
                ("use", _) => {
                    self.at += 1;
                    self.tree(Vec::new(), true);
                }
                ("{", _) => {
                    self.scopes.push(None);
                    self.at += 1;
                }
                ("}", _) => {
                    self.scopes.pop();
                    self.at += 1;
                }
                // Behind a dot stands a method with its types, behind colons the rest of a path that begins with a type.
                (word, "::") if is_word(word) && ![".", "::"].contains(&self.before()) => {
                    self.tree(Vec::new(), false);
                }
                _ => self.at += 1,
            }
        }
    }

    /// A path, or what stands in the braces at its end, each with the whole path.
    fn tree(&mut self, mut path: Path, import: bool) {
        loop {
            match self.token(0) {
                "{" if import || !path.is_empty() => {
                    self.at += 1;
                    while !["}", ""].contains(&self.token(0)) {
                        self.tree(path.clone(), import);
                        if self.token(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                word if is_word(word) || word == "*" => {
                    path.push(word.to_owned());
                    self.at += 1;
                }
                _ => {
                    self.at += usize::from(import);
                    break;
                }
            }
            if self.token(0) != "::" {
                break;
            }
            self.at += 1;
        }
        // `a::{self}` is `a`, and in `a::b::<C>` nothing follows the last colons.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let Some(mut name) = path.last().cloned() else { return };
        if import && self.token(0) == "as" {
            self.token(1).clone_into(&mut name);
            self.at += 2;
        }
        if import {
            self.said.imports.push((self.module(), name, path.clone()));
        }
        self.said.named.push((self.module(), path));
    }

    /// Goes behind the next item: behind its semicolon, or behind its braces.
    fn skip_item(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            let token = self.token(0);
            self.at += 1;
            match token {
                "{" => depth += 1,
                "}" if depth == 1 => return,
                "}" => depth -= 1,
                ";" if depth == 0 => return,
                _ => {}
            }
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, `::`, and every other character by itself; no comments and no literals of text.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            closing(rest, 1)
        } else if let Some(length) = raw(rest) {
            length
        } else if first == '\'' {
            character(rest)
        } else if first.is_whitespace() {
            first.len_utf8()
        } else {
            let word = rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len());
            let length = if rest.starts_with("::") { 2 } else { word.max(first.len_utf8()) };
            tokens.push(&rest[..length]);
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of a text in quotes, from behind its first quote on.
fn closing(rest: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip_while(|(at, _)| *at < from) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a text such as `r#"a"#` or `b"a"`.
fn raw(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c"].into_iter().find(|prefix| {
        let behind = rest.strip_prefix(prefix).map(|behind| behind.trim_start_matches('#'));
        behind.is_some_and(|behind| behind.starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].chars().take_while(|letter| *letter == '#').count();
    let begin = prefix.len() + hashes + 1;
    if !prefix.ends_with('r') {
        return (hashes == 0).then(|| closing(rest, begin));
    }
    let end = format!("\"{}", "#".repeat(hashes));
    Some(rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len()))
}

/// The length of a character in quotes, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some((escaped, letter))) => {
            let behind = escaped + letter.len_utf8();
            behind + rest[behind..].find('\'').map_or(0, |end| end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        text.split("::").filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
    }

    /// The paths that a source names, each behind the module that names it.
    fn named(text: &str) -> Vec<String> {
        read(text).named.iter().map(|(module, path)| format!("{}: {}", module.join("::"), path.join("::"))).collect()
    }

    #[test]
    fn each_name_of_a_tree_is_a_path() {
        let said = read("pub(crate) use crate::{a::{self, B as C}, d::*};\nuse super::super::e;");
        let import = |name: &str, of: &str| (Path::new(), name.to_owned(), path(of));
        let expected = [
            import("a", "crate::a"),
            import("C", "crate::a::B"),
            import("*", "crate::d::*"),
            import("e", "super::super::e"),
        ];
        assert_eq!(said.imports, expected);
        assert_eq!(said.named.len(), 4);
    }

    #[test]
    fn a_path_in_code_is_named_wherever_it_stands() {
        let code = "fn f(x: crate::a::B) -> Vec<super::C> { d::e(); x.f::<crate::G { h: i::J }>() }";
        assert_eq!(named(code), [": crate::a::B", ": super::C", ": d::e", ": crate::G", ": i::J"]);
        assert_eq!(named("macro_rules! m { () => { $crate::a::b!() }; }"), [": crate::a::b"]);
    }

    #[test]
    fn a_module_within_a_source_names_for_itself() {
        let said = read("mod a { pub mod b { use super::c; } fn f() {} mod d; } mod e;");
        assert_eq!(said.inline, [path("a"), path("a::b")]);
        assert_eq!(said.declared, [path("a::d"), path("e")]);
        assert_eq!(said.named, [(path("a::b"), path("super::c"))]);
    }

    #[test]
    fn comments_texts_and_tests_name_nothing() {
        let code = r##"
            // crate::a and
            /* crate::b */ /// [`crate::c`]
            const TEXT: &str = "crate::d \" crate::e";
            const RAW: &[u8] = br#"crate::f " crate::g"#;
            fn f<'a>(_: &'a str) -> char { if 'x' == '\'' { '"' } else { crate::h } }
            #[cfg(test)]
            mod tests { use super::*; fn g() { crate::i::j() } }
            #[cfg(test)]
            use crate::k;
            use crate::l;
        "##;
        assert_eq!(named(code), [": crate::h", ": crate::l"]);
        assert_eq!(read("#[cfg(test)]\nmod tests;\nmod other;").declared, [path("other")]);
    }
}
