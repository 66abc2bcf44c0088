//! The loop: what an editor sends, and what is answered.

use crate::diagnostics::{self, Known, Naming, Published, canonical};
use crate::formatting;
use crate::position::Encoding;
use crate::transport::{self, Incoming};
use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentFormattingParams, DocumentRangeFormattingParams, InitializeParams, InitializeResult, PublishDiagnosticsParams, Range, Save,
    SaveOptions, ServerCapabilities, ServerInfo, TextDocumentContentChangeEvent, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions, Uri,
};
use journey_compiler::project::Overlay;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// `shutdown`, then `exit`.
    Orderly,
    /// `exit`, or the end of the input, without `shutdown`.
    Abrupt,
}

/// Serves one editor until it says `exit` or closes the connection.
///
/// # Errors
/// Where what comes is no message at all, or where nothing can be written.
pub fn serve(input: impl Read + Send + 'static, output: impl Write) -> io::Result<End> {
    let (sender, receiver) = mpsc::sync_channel(64);
    thread::Builder::new().name(String::from("lsp-reader")).spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let incoming = transport::read(&mut input).transpose();
            let last = !matches!(incoming, Some(Ok(_)));
            if incoming.is_some_and(|incoming| sender.send(incoming).is_err()) || last {
                break;
            }
        }
    })?;
    Server {
        output,
        state: State::Fresh,
        encoding: Encoding::Utf16,
        documents: BTreeMap::new(),
        told: BTreeSet::new(),
        changed: BTreeSet::new(),
        known: Known::new(),
        watches: false,
    }
    .run(&receiver)
}

/// How far the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before `initialize`.
    Fresh,
    Running,
    /// After `shutdown`.
    Stopped,
}

/// An open document.
struct Document {
    text: String,
    version: i32,
    /// `None` where it is no file.
    path: Option<PathBuf>,
}

struct Server<W> {
    output: W,
    state: State,
    encoding: Encoding,
    documents: BTreeMap<Uri, Document>,
    /// Files about which the editor has been told something that isn't nothing.
    told: BTreeSet<Uri>,
    /// Documents whose projects are to be analysed.
    changed: BTreeSet<Uri>,
    /// The projects of open documents, as they were when last analysed.
    known: Known,
    /// Whether the editor is still to be asked to watch files.
    watches: bool,
}

impl<W: Write> Server<W> {
    fn run(mut self, receiver: &Receiver<io::Result<Incoming>>) -> io::Result<End> {
        while let Ok(incoming) = receiver.recv() {
            let mut next = Some(incoming);
            // All that is waiting first: of many changes only the last is worth an analysis.
            while let Some(incoming) = next {
                if let Some(end) = self.incoming(incoming?)? {
                    return Ok(end);
                }
                next = receiver.try_recv().ok();
            }
            self.publish_changed()?;
        }
        Ok(if self.state == State::Stopped { End::Orderly } else { End::Abrupt })
    }

    fn incoming(&mut self, incoming: Incoming) -> io::Result<Option<End>> {
        match incoming {
            Incoming::Malformed(reason) => {
                // The protocol wants `null` as the id of an answer to what can't be read; lsp-server's ids have no such value.
                let message = format!("this is no message: {reason}");
                self.fail(RequestId::from(String::new()), ErrorCode::ParseError, message)?;
            }
            Incoming::Message(Message::Request(request)) => self.request(request)?,
            Incoming::Message(Message::Notification(notification)) if notification.method == "exit" => {
                return Ok(Some(if self.state == State::Stopped { End::Orderly } else { End::Abrupt }));
            }
            Incoming::Message(Message::Notification(notification)) if notification.method == "initialized" => self.watch_files()?,
            Incoming::Message(Message::Notification(notification)) if self.state == State::Running => self.notification(notification),
            Incoming::Message(Message::Notification(_) | Message::Response(_)) => {}
        }
        Ok(None)
    }

    fn request(&mut self, request: Request) -> io::Result<()> {
        match (self.state, request.method.as_str()) {
            (State::Fresh, "initialize") => match serde_json::from_value::<InitializeParams>(request.params) {
                Ok(params) => {
                    let result = self.initialize(&params);
                    self.send(Response::new_ok(request.id, result))
                }
                Err(error) => self.fail(request.id, ErrorCode::InvalidParams, format!("`initialize` can't be read: {error}")),
            },
            (State::Fresh, _) => self.fail(request.id, ErrorCode::ServerNotInitialized, String::from("`initialize` comes first")),
            (State::Running, "shutdown") => {
                self.state = State::Stopped;
                self.send(Response::new_ok(request.id, ()))
            }
            (State::Running, "initialize") => self.fail(request.id, ErrorCode::InvalidRequest, String::from("`initialize` came twice")),
            (State::Stopped, _) => self.fail(request.id, ErrorCode::InvalidRequest, String::from("nothing but `exit` follows `shutdown`")),
            (State::Running, "textDocument/formatting") => {
                let params = serde_json::from_value::<DocumentFormattingParams>(request.params);
                let asked = params.map(|params| (params.text_document.uri, None));
                self.format(request.id, asked)
            }
            (State::Running, "textDocument/rangeFormatting") => {
                let params = serde_json::from_value::<DocumentRangeFormattingParams>(request.params);
                let asked = params.map(|params| (params.text_document.uri, Some(params.range)));
                self.format(request.id, asked)
            }
            (State::Running, method) => self.fail(request.id, ErrorCode::MethodNotFound, format!("`{method}` isn't offered")),
        }
    }

    /// Lays an open document out, or a part of it.
    fn format(&mut self, id: RequestId, asked: serde_json::Result<(Uri, Option<Range>)>) -> io::Result<()> {
        let (uri, part) = match asked {
            Ok(asked) => asked,
            Err(error) => return self.fail(id, ErrorCode::InvalidParams, format!("the request can't be read: {error}")),
        };
        let Some(document) = self.documents.get(&uri) else {
            return self.fail(id, ErrorCode::InvalidParams, String::from("only open documents are laid out"));
        };
        match formatting::of_text(&document.text, part, self.encoding) {
            Ok(edits) => self.send(Response::new_ok(id, edits)),
            Err(error) => self.fail(id, ErrorCode::RequestFailed, error.to_string()),
        }
    }

    fn initialize(&mut self, params: &InitializeParams) -> InitializeResult {
        let general = params.capabilities.general.as_ref();
        self.encoding = Encoding::agree(general.and_then(|general| general.position_encodings.as_deref()));
        self.state = State::Running;
        let watched = params.capabilities.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        self.watches = watched.and_then(|watched| watched.dynamic_registration) == Some(true);
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Full),
            save: Some(Save::SaveOptions(SaveOptions::new(Some(false)))),
            ..TextDocumentSyncOptions::default()
        };
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.encoding.kind()),
            text_document_sync: Some(TextDocumentSync::Options(sync)),
            document_formatting_provider: Some(true.into()),
            document_range_formatting_provider: Some(true.into()),
            ..ServerCapabilities::default()
        };
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        InitializeResult::new(capabilities, Some(ServerInfo::new(String::from("journey"), version)))
    }

    /// Asks the editor to tell of changed files, where it can: templates aren't documents of this language.
    fn watch_files(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.watches) {
            return Ok(());
        }
        let watchers = json!([{"globPattern": "**/*.journey"}, {"globPattern": "**/journey.toml"}, {"globPattern": "**/*.{html,htm,txt}"}]);
        let registration = json!({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": watchers}});
        let params = json!({"registrations": [registration]});
        self.send(Request::new(RequestId::from(String::from("files")), String::from("client/registerCapability"), params))
    }

    fn notification(&mut self, notification: Notification) {
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let Some(params) = parse::<DidOpenTextDocumentParams>(notification) else { return };
                let document = params.text_document;
                let path = document.uri.to_file_path().ok().map(|path| canonical(&path));
                self.changed.insert(document.uri.clone());
                self.documents.insert(document.uri, Document { text: document.text, version: document.version, path });
            }
            "textDocument/didChange" => {
                let Some(params) = parse::<DidChangeTextDocumentParams>(notification) else { return };
                let uri = params.text_document.text_document_identifier.uri;
                if let Some(document) = self.documents.get_mut(&uri) {
                    document.version = params.text_document.version;
                    // Whole texts were agreed on; the last one holds.
                    if let Some(TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole)) =
                        params.content_changes.into_iter().next_back()
                    {
                        document.text = whole.text;
                    }
                    self.changed.insert(uri);
                }
            }
            "textDocument/didSave" => {
                let Some(params) = parse::<DidSaveTextDocumentParams>(notification) else { return };
                self.changed.insert(params.text_document.uri);
            }
            // A template, or another file of a project, was changed outside the editor.
            "workspace/didChangeWatchedFiles" => self.changed.extend(self.documents.keys().cloned()),
            "textDocument/didClose" => {
                let Some(params) = parse::<DidCloseTextDocumentParams>(notification) else { return };
                let uri = params.text_document.uri;
                self.documents.remove(&uri);
                self.changed.insert(uri);
            }
            _ => {}
        }
    }

    /// Analyses the projects of changed documents and tells the editor.
    fn publish_changed(&mut self) -> io::Result<()> {
        let mut published = Published::new();
        for uri in std::mem::take(&mut self.changed) {
            if !published.contains_key(&uri) {
                published.extend(self.analyse(&uri));
            }
        }
        for (uri, diagnostics) in published {
            if diagnostics.is_empty() && !self.told.remove(&uri) && !self.documents.contains_key(&uri) {
                continue;
            }
            if !diagnostics.is_empty() {
                self.told.insert(uri.clone());
            }
            let version = self.documents.get(&uri).map(|document| document.version);
            let params = PublishDiagnosticsParams::new(uri, version, diagnostics);
            self.send(Notification::new(String::from("textDocument/publishDiagnostics"), params))?;
        }
        Ok(())
    }

    fn analyse(&mut self, uri: &Uri) -> Published {
        let documents = &self.documents;
        self.known.retain(|of, _| documents.values().filter_map(|document| document.path.as_ref()).any(|path| path.starts_with(of)));
        let with_paths = || documents.iter().filter_map(|(uri, document)| Some((document.path.clone()?, uri, document)));
        let open = with_paths().map(|(path, uri, _)| (path, uri.clone())).collect();
        let naming = Naming { encoding: self.encoding, open: &open };
        let path = uri.to_file_path().ok().map(|path| canonical(&path));
        match (path, documents.get(uri)) {
            (Some(path), document) if document.is_some() || path.exists() => {
                let overlay: Overlay = with_paths().map(|(path, _, document)| (path, document.text.clone())).collect();
                diagnostics::of_project(uri, &path, &overlay, &naming, &mut self.known)
            }
            (None, Some(document)) => diagnostics::of_text(uri, &document.text, &naming),
            // Closed, and not on disk: nothing is left to say.
            _ => BTreeMap::from([(uri.clone(), Vec::new())]),
        }
    }

    fn fail(&mut self, id: RequestId, code: ErrorCode, message: String) -> io::Result<()> {
        self.send(Response::new_err(id, code as i32, message))
    }

    fn send(&mut self, message: impl Into<Message>) -> io::Result<()> {
        transport::write(&mut self.output, &message.into())
    }
}

/// The parameters of a notification; one that can't be read is passed over, as nothing may answer it.
fn parse<P: DeserializeOwned>(notification: Notification) -> Option<P> {
    serde_json::from_value(notification.params).ok()
}
