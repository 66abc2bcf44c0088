//! `journey lsp`, spoken to as an editor does.

use crate::support::Folder;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// An editor with a server.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The last id of a request.
    id: i64,
}

impl Editor {
    fn start(folder: &Folder) -> Self {
        let mut server = folder.command().arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        Self { server, input, output, id: 0 }
    }

    /// One that offers these encodings, initialized; also gives the server's answer.
    fn initialized(folder: &Folder, encodings: &[&str]) -> (Self, Value) {
        let mut editor = Self::start(folder);
        let capabilities = json!({"general": {"positionEncodings": encodings}});
        let answer = editor.request("initialize", json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        editor.notify("initialized", json!({}));
        (editor, answer["result"].clone())
    }

    fn raw(&mut self, body: &str) {
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.raw(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        self.raw(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}).to_string());
        let answer = self.receive();
        assert_eq!(answer["id"], self.id, "{answer}");
        answer
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the server has gone");
            match line.trim_end().split_once(": ") {
                Some((_, value)) => length = value.parse().unwrap(),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// The next diagnostics that are errors, and the file's name.
    fn diagnostics(&mut self) -> (String, Vec<Value>) {
        let message = self.receive();
        assert_eq!(message["method"], "textDocument/publishDiagnostics", "{message}");
        let uri = message["params"]["uri"].as_str().unwrap().to_owned();
        let all = message["params"]["diagnostics"].as_array().unwrap();
        (uri.rsplit('/').next().unwrap().to_owned(), all.iter().filter(|diagnostic| diagnostic["severity"] == 1).cloned().collect())
    }

    fn open(&mut self, uri: &str, text: &str) {
        self.notify("textDocument/didOpen", json!({"textDocument": {"uri": uri, "languageId": "journey", "version": 1, "text": text}}));
    }

    fn end(mut self) -> i32 {
        assert_eq!(self.request("shutdown", Value::Null)["result"], Value::Null);
        self.notify("exit", Value::Null);
        drop(self.input);
        self.server.wait().unwrap().code().unwrap()
    }
}

fn uri(folder: &Folder, name: &str) -> String {
    format!("file://{}/{name}", folder.path().canonicalize().unwrap().display())
}

/// A second declaration behind Japanese text and a character of two UTF-16 units.
const JAPANESE: &str = "event 購入 {}\nevent 注文 = \"😀\" {} event 購入 {}\n";

#[test]
fn utf8_is_agreed_on_where_it_is_offered_else_utf16() {
    let folder = Folder::with(&[]);
    for (offered, agreed) in [(&["utf-16", "utf-8"][..], "utf-8"), (&["utf-32", "utf-16"], "utf-16"), (&[], "utf-16")] {
        let (editor, result) = Editor::initialized(&folder, offered);
        assert_eq!(result["capabilities"]["positionEncoding"], agreed);
        assert_eq!(result["capabilities"]["textDocumentSync"]["change"], 1);
        assert_eq!(editor.end(), 0);
    }
}

#[test]
fn the_state_of_the_protocol_is_kept() {
    let folder = Folder::with(&[]);
    let mut editor = Editor::start(&folder);
    assert_eq!(editor.request("textDocument/hover", json!({}))["error"]["code"], -32002);
    assert_eq!(editor.request("initialize", json!({"capabilities": []}))["error"]["code"], -32602);
    assert!(editor.request("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}))["result"].is_object());
    assert_eq!(editor.request("initialize", json!({"capabilities": {}}))["error"]["code"], -32600);
    assert_eq!(editor.request("textDocument/hover", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.request("shutdown", Value::Null)["result"], Value::Null);
    assert_eq!(editor.request("shutdown", Value::Null)["error"]["code"], -32600);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.server.wait().unwrap().code(), Some(0));
}

#[test]
fn an_editor_that_goes_without_a_word_ends_the_server() {
    let folder = Folder::with(&[]);
    let (mut editor, _) = Editor::initialized(&folder, &[]);
    drop(editor.input);
    assert_eq!(editor.server.wait().unwrap().code(), Some(1));
}

#[test]
fn garbage_is_answered_and_the_session_goes_on() {
    let folder = Folder::with(&[]);
    let (mut editor, _) = Editor::initialized(&folder, &[]);
    for garbage in ["{", "[]", "3", "{\"jsonrpc\":\"2.0\"}", "\u{0}\u{1}"] {
        editor.raw(garbage);
        assert_eq!(editor.receive()["error"]["code"], -32700, "{garbage:?}");
    }
    editor.notify("textDocument/didOpen", json!({"textDocument": 5}));
    editor.notify("textDocument/didChange", json!(null));
    editor.notify("textDocument/didChange", json!({"textDocument": {"uri": "nowhere:x", "version": 1}, "contentChanges": []}));
    editor.notify("$/unknown", json!({"x": [1]}));
    assert_eq!(editor.end(), 0);
}

#[test]
fn a_stream_that_is_no_protocol_ends_the_server_with_a_reason() {
    let folder = Folder::with(&[]);
    for bytes in [&b"hello\r\n\r\n"[..], b"Content-Length: 99999999999999999999\r\n\r\n", b"Content-Length: 4000000000\r\n\r\n{}"] {
        let mut server = folder.command().arg("lsp").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        server.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = server.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.starts_with("error: the editor can't be spoken to: "), "{err}");
    }
}

#[test]
fn what_is_open_counts_and_what_is_on_disk_comes_back_on_close() {
    let folder = Folder::with(&[("journey.toml", ""), ("a.journey", "event visit {}\n"), ("b.journey", "event purchase {}\n")]);
    let (mut editor, _) = Editor::initialized(&folder, &[]);
    let b = uri(&folder, "b.journey");
    editor.open(&b, "event purchase {}\n");
    assert_eq!(editor.diagnostics(), (String::from("a.journey"), vec![]));
    assert_eq!(editor.diagnostics(), (String::from("b.journey"), vec![]));
    editor.notify(
        "textDocument/didChange",
        json!({"textDocument": {"uri": b, "version": 2}, "contentChanges": [{"text": "event visit {}\n"}]}),
    );
    assert_eq!(editor.diagnostics(), (String::from("a.journey"), vec![]));
    let (file, told) = editor.diagnostics();
    assert_eq!((file.as_str(), told.len()), ("b.journey", 1), "{told:?}");
    assert_eq!(told[0]["relatedInformation"][0]["location"]["uri"], uri(&folder, "a.journey"));
    editor.notify("textDocument/didClose", json!({"textDocument": {"uri": b}}));
    assert_eq!(editor.diagnostics(), (String::from("a.journey"), vec![]));
    assert_eq!(editor.diagnostics(), (String::from("b.journey"), vec![]));
    assert_eq!(editor.end(), 0);
}

#[test]
fn columns_count_the_agreed_units_behind_japanese_text() {
    let folder = Folder::with(&[]);
    for (encoding, columns) in [("utf-16", (25, 27)), ("utf-8", (31, 37))] {
        let (mut editor, _) = Editor::initialized(&folder, &[encoding]);
        editor.open("untitled:Untitled-1", JAPANESE);
        let (_, told) = editor.diagnostics();
        let range = &told[0]["range"];
        assert_eq!((range["start"]["line"].as_i64(), range["start"]["character"].as_i64()), (Some(1), Some(columns.0)), "{told:?}");
        assert_eq!(range["end"]["character"], columns.1);
        assert_eq!(editor.end(), 0);
    }
}

#[test]
fn a_new_file_of_a_project_counts_before_it_is_saved() {
    let folder = Folder::with(&[("journey.toml", ""), ("a.journey", "event visit {}\n")]);
    let (mut editor, _) = Editor::initialized(&folder, &[]);
    editor.open(&uri(&folder, "new.journey"), "event visit {}\n");
    let (file, told) = editor.diagnostics();
    assert_eq!((file.as_str(), told.len()), ("new.journey", 1), "{told:?}");
    assert_eq!(editor.end(), 0);
}

/// Makes the edits that an editor was told, all in ASCII texts.
fn edited(text: &str, edits: &Value) -> String {
    let offset = |place: &Value| {
        let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(place["character"].as_u64().unwrap()).unwrap()
    };
    let mut edited = text.to_owned();
    for edit in edits.as_array().unwrap().iter().rev() {
        let range = &edit["range"];
        edited.replace_range(offset(&range["start"])..offset(&range["end"]), edit["newText"].as_str().unwrap());
    }
    edited
}

#[test]
fn a_document_is_laid_out_as_by_fmt_and_a_part_by_the_declarations_that_it_touches() {
    let folder = Folder::with(&[]);
    let (mut editor, result) = Editor::initialized(&folder, &[]);
    assert_eq!(result["capabilities"]["documentFormattingProvider"], true);
    assert_eq!(result["capabilities"]["documentRangeFormattingProvider"], true);
    let text = "event  a{}\n\n\n\nevent  b{ id:String }\nevent  c{ id String }\nevent  d{}";
    editor.open("untitled:x", text);
    editor.diagnostics();
    let options = json!({"tabSize": 8, "insertSpaces": false});
    let document = json!({"uri": "untitled:x"});
    let answer = editor.request("textDocument/formatting", json!({"textDocument": document, "options": options}));
    let whole = "event a {}\n\nevent b { id: String }\nevent c { id String }\nevent d {}\n";
    assert_eq!(edited(text, &answer["result"]), whole);
    let range = json!({"start": {"line": 4, "character": 3}, "end": {"line": 4, "character": 9}});
    let answer = editor.request("textDocument/rangeFormatting", json!({"textDocument": document, "options": options, "range": range}));
    assert_eq!(edited(text, &answer["result"]), "event  a{}\n\n\n\nevent b { id: String }\nevent  c{ id String }\nevent  d{}");
    let answer = editor.request("textDocument/formatting", json!({"textDocument": {"uri": "untitled:y"}, "options": options}));
    assert_eq!(answer["error"]["code"], -32602);
    assert_eq!(editor.request("textDocument/formatting", json!({}))["error"]["code"], -32602);
}

#[test]
fn a_template_that_changes_on_disk_is_looked_at_again() {
    let shop = "channel desk { content { text: String } }\nmessage note(n: Int) { desk { text: file \"note.txt\" } }\n";
    let folder = Folder::with(&[("journey.toml", ""), ("a.journey", shop), ("note.txt", "{{ m }}")]);
    let mut editor = Editor::start(&folder);
    let capabilities = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    editor.request("initialize", json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
    editor.notify("initialized", json!({}));
    let asked = editor.receive();
    assert_eq!(asked["method"], "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    editor.raw(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": null}).to_string());
    editor.open(&uri(&folder, "a.journey"), shop);
    assert_eq!(editor.diagnostics(), (String::from("a.journey"), vec![]));
    let (file, told) = editor.diagnostics();
    assert_eq!((file.as_str(), told.len()), ("note.txt", 1), "{told:?}");
    folder.write("note.txt", "{{ n }}");
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri(&folder, "note.txt"), "type": 2}]}));
    assert_eq!(editor.diagnostics(), (String::from("a.journey"), vec![]));
    assert_eq!(editor.diagnostics(), (String::from("note.txt"), vec![]));
    assert_eq!(editor.end(), 0);
}
