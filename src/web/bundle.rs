//! A script or a style sheet and everything it imports, as one file.
//!
//! A browser learns of an import when it has read what imports it, and over HTTP/1.1 it asks for six files at
//! a time: a page of thirty small files is five round trips away even if all are announced in its head. So
//! the sources are plain modules and style sheets, small and understood by every browser as they are, and
//! are joined by the server when it reads them. Whatever is imported is in, and nothing has to be listed.
//!
//! Comments stay here where they have lines of their own or stand at the end of one, and indents and empty lines:
//! nearly a third of what would be sent.
//!
//! In a bundle the modules stand one after the other, as if they were one. So a name that one of them declares at its
//! top may be declared by no other that it is joined with, exported or not: that is an error. Of JavaScript's ways to
//! import and to export the plainest are understood, and any other is an error. So is a text that goes on in another
//! line, of which an indent would be a part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folder::Sources;

/// The file at `path`; a script or a style sheet comes with what it imports.
///
/// # Errors
/// A sentence that names the file: when it imports what is not there, itself, or in a way not understood, or declares a
/// name that another has.
pub(super) fn bundle(sources: &Sources, path: &Path) -> Result<Vec<u8>, String> {
    let kind = path.extension().and_then(|extension| extension.to_str());
    let mut bundle = match kind {
        Some("js") => Bundle::new(sources, module),
        Some("css") => Bundle::new(sources, sheet),
        _ => return Ok(sources.get(path).cloned().unwrap_or_default()),
    };
    bundle.add(path)?;
    Ok(bundle.text.into_bytes())
}

/// How the source at a path becomes a part of the bundle.
type Transform = fn(&mut Bundle<'_>, &Path, &str) -> Result<String, String>;

/// What has been joined so far. Every file is in it once, behind all that it imports.
struct Bundle<'a> {
    sources: &'a Sources,
    transform: Transform,
    text: String,
    added: Vec<PathBuf>,
    /// The chain of imports that is being followed.
    import_stack: Vec<PathBuf>,
    /// The names that modules declare at their top, and which does.
    names: BTreeMap<String, PathBuf>,
}

impl<'a> Bundle<'a> {
    fn new(sources: &'a Sources, transform: Transform) -> Self {
        let (added, import_stack) = (Vec::new(), Vec::new());
        Self { sources, transform, text: String::new(), added, import_stack, names: BTreeMap::new() }
    }

    /// Adds a file unless it is there already.
    fn add(&mut self, path: &Path) -> Result<(), String> {
        if self.added.iter().any(|added| added == path) {
            return Ok(());
        }
        if self.import_stack.iter().any(|open| open == path) {
            return Err(format!("{} imports itself", path.display()));
        }
        let source = self.sources.get(path).ok_or_else(|| format!("{} is missing", path.display()))?;
        let source = str::from_utf8(source).map_err(|error| format!("{}: {error}", path.display()))?;
        self.import_stack.push(path.to_owned());
        let text = (self.transform)(self, path, source)?;
        self.import_stack.pop();
        self.text += &text;
        self.added.push(path.to_owned());
        Ok(())
    }

    /// Notes which name a line of a module declares, if it does, and returns the line as it is in the bundle.
    fn declaring<'l>(&mut self, line: &'l str, path: &Path) -> Result<&'l str, String> {
        let declaration = line.strip_prefix("export ").unwrap_or(line);
        let name = declared(declaration);
        if declaration != line && name.is_none() {
            return Err(not_understood(path, line));
        }
        match name.and_then(|name| self.names.insert(name.to_owned(), path.to_owned())) {
            Some(other) => Err(format!("{}: declared in {}, too: {line}", path.display(), other.display())),
            None => Ok(declaration),
        }
    }
}

/// A style sheet's own rules.
fn sheet(bundle: &mut Bundle<'_>, path: &Path, source: &str) -> Result<String, String> {
    let (mut rules, mut in_comment) = (String::new(), false);
    for line in source.lines() {
        in_comment = in_comment || line.trim_start().starts_with("/*");
        if in_comment {
            in_comment = !line.ends_with("*/");
            if in_comment && line.contains("*/") {
                return Err(not_understood(path, line));
            }
        } else if line.ends_with('\\') {
            return Err(not_understood(path, line));
        } else if let Some(import) = line.strip_prefix("@import ") {
            bundle.add(&resolved(path, import)?)?;
        } else {
            let comment = line.rfind(" /*").filter(|_| line.ends_with("*/"));
            push(&mut rules, &line[..comment.unwrap_or(line.len())]);
        }
    }
    Ok(rules)
}

/// A module's own lines.
fn module(bundle: &mut Bundle<'_>, path: &Path, source: &str) -> Result<String, String> {
    let mut body = String::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        if may_leave_text_open(line) {
            return Err(not_understood(path, line));
        } else if let Some(import) = line.strip_prefix("import ") {
            let (names, from) = import.split_once(" from ").unwrap_or(("{}", import));
            let imported = resolved(path, from)?;
            if !is_plain(names) {
                return Err(not_understood(path, line));
            }
            bundle.add(&imported)?;
        } else {
            let end = line.find("; // ").map_or(line.len(), |semicolon| semicolon + 1);
            if end < line.len() && line[..end].matches('"').count() % 2 == 1 {
                return Err(not_understood(path, line));
            }
            push(&mut body, bundle.declaring(&line[..end], path)?);
        }
    }
    Ok(body)
}

/// Adds a line, without its indent, unless it is empty.
fn push(text: &mut String, line: &str) {
    let line = line.trim();
    if !line.is_empty() {
        text.extend([line, "\n"]);
    }
}

/// Whether a template or a string may go on in the next line. A backtick within a string or a comment counts, too.
fn may_leave_text_open(line: &str) -> bool {
    let backticks = line.matches('`').count();
    let has_open_hole = line.matches("${").count() > line.matches('}').count();
    backticks % 2 == 1 || (backticks > 0 && has_open_hole) || line.ends_with('\\')
}

/// The path that `"./name";` or `"../folder/name";` means in the file at `path`.
fn resolved(path: &Path, import: &str) -> Result<PathBuf, String> {
    let name = import.strip_prefix('"').and_then(|name| name.strip_suffix("\";"));
    let folder = path.parent().unwrap_or(path);
    name.and_then(|name| match name.strip_prefix("../") {
        Some(name) => folder.parent().map(|above| above.join(name)),
        None => name.strip_prefix("./").map(|name| folder.join(name)),
    })
    .ok_or_else(|| not_understood(path, import))
}

/// Whether these are names in braces, none of them changed.
fn is_plain(names: &str) -> bool {
    names.starts_with('{') && names.ends_with('}') && !names.contains(" as ")
}

/// The name that is declared by a class, a function or a variable.
fn declared(declaration: &str) -> Option<&str> {
    let kinds = ["class ", "function ", "async function ", "const ", "let "];
    let rest = kinds.iter().find_map(|kind| declaration.strip_prefix(kind))?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

fn not_understood(path: &Path, line: &str) -> String {
    format!("{}: not understood: {line}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(files: &[(&str, &str)], path: &str) -> Result<String, String> {
        let files = files.iter().map(|(path, text)| (path.into(), text.as_bytes().to_vec())).collect();
        bundle(&files, Path::new(path)).map(|content| String::from_utf8(content).unwrap())
    }

    #[test]
    fn a_style_sheet_stands_behind_what_it_imports_and_each_is_there_once() {
        let files = [
            ("css/a.css", "@import \"./b.css\";\n@import \"./c.css\";\na {}\n"),
            ("css/b.css", "/* One\n   comment */\n@import \"./c.css\";\n/* Another. */\nb {}\n"),
            ("css/c.css", "c {\n  d: e; /* Why. */\n}\n\n"),
        ];
        assert_eq!(join(&files, "css/a.css").unwrap(), "c {\nd: e;\n}\nb {}\na {}\n");
    }

    #[test]
    fn a_module_stands_behind_what_it_imports_and_each_is_there_once() {
        let files = [
            ("js/a/a.js", "import { B, c } from \"./b.js\";\nimport \"../d/d.js\";\n\nB(c);"),
            (
                "js/a/b.js",
                "import \"../d/d.js\";\nexport class B {\n  d;\n}\nexport const c = OWN; // its own",
            ),
            ("js/d/d.js", "// a comment\nconst OWN = 2;\n  // another"),
        ];
        let expected = "const OWN = 2;\nclass B {\nd;\n}\nconst c = OWN;\nB(c);\n";
        assert_eq!(join(&files, "js/a/a.js").unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_joined_is_named() {
        let refused = [
            ("import { b } from \"./b.js\";", "js/b.js is missing"),
            ("import { a } from \"./a.js\";", "js/a.js imports itself"),
            ("import a from \"./c.js\";", "js/a.js: not understood: import a from \"./c.js\";"),
            (
                "import { c as d } from \"./c.js\";",
                "js/a.js: not understood: import { c as d } from \"./c.js\";",
            ),
            ("import { b } from \"/b.js\";", "js/a.js: not understood: \"/b.js\";"),
            ("export default 1;", "js/a.js: not understood: export default 1;"),
            (
                "import { c } from \"./c.js\";\nconst c = 1;",
                "js/a.js: declared in js/c.js, too: const c = 1;",
            ),
            ("const a = `b\n  c`;", "js/a.js: not understood: const a = `b"),
            ("const a = `${`b\n  c`}`;", "js/a.js: not understood: const a = `${`b"),
            ("const a = \"b; // c\";", "js/a.js: not understood: const a = \"b; // c\";"),
            ("const a = \"b\\\n  c\";", "js/a.js: not understood: const a = \"b\\"),
        ];
        for (source, reason) in refused {
            let files = [("js/a.js", source), ("js/c.js", "export function c() {}")];
            assert_eq!(join(&files, "js/a.js").unwrap_err(), reason);
        }
    }

    #[test]
    fn what_a_style_sheet_would_lose_is_named() {
        let error = join(&[("css/a.css", "a {\n  content: \"b\\\n  c\";\n}")], "css/a.css").unwrap_err();
        assert_eq!(error, "css/a.css: not understood:   content: \"b\\");
        let error = join(&[("css/a.css", "/* Why. */ a {}\nb {}")], "css/a.css").unwrap_err();
        assert_eq!(error, "css/a.css: not understood: /* Why. */ a {}");
    }

    #[test]
    fn other_files_stay_as_they_are() {
        assert_eq!(join(&[("mark.svg", "import <svg>")], "mark.svg").unwrap(), "import <svg>");
    }
}
