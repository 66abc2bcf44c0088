//! `try` and `catch`.

use super::Checker;
use super::flow::{Falls, Join, forget_changes};
use super::journey::JourneyBody;
use crate::ast;
use crate::hir::StmtKind;
use crate::types::{FieldDef, RecordDef, RecordId, Type, TypeId};
use journey_grammar::Span;

impl Checker {
    /// Checks `try`. The handler knows of what stands before only what nothing in the body can have changed.
    pub(super) fn try_stmt(
        &mut self,
        cx: &mut JourneyBody,
        body: &[ast::Stmt],
        error: &ast::Ident,
        handler: &[ast::Stmt],
    ) -> (StmtKind, Falls) {
        let mut join = Join::at(&cx.body);
        cx.tries += 1;
        let (checked, falls) = self.scoped(cx, body);
        cx.tries -= 1;
        join.arrive(&cx.body, falls);
        join.branch(&mut cx.body);
        forget_changes(&mut cx.body, body);
        cx.body.push_scope();
        let ty = self.error_type.unwrap_or(TypeId::ERROR);
        let error = cx.body.declare(&error.name, ty, false, error.span);
        cx.body.has_to_be(error);
        let (handler, falls) = self.stmts(cx, handler);
        cx.body.pop_scope();
        join.arrive(&cx.body, falls);
        (StmtKind::Try { body: checked, error, handler }, join.close(&mut cx.body))
    }

    /// Gives the type of what is caught its number: `{ message: String, line: Int }`.
    pub(super) fn enter_error(&mut self) {
        let field = |name: &str, ty| FieldDef { name: name.into(), ty, default: None, doc: None, pii: false, span: Span::default() };
        let fields = vec![field("message", TypeId::STRING), field("line", TypeId::INT)];
        let id = RecordId(u32::try_from(self.hir.types.records.len()).unwrap_or(u32::MAX));
        self.hir.types.records.push(RecordDef { name: "error".into(), fields });
        self.error_type = Some(self.hir.types.intern(Type::Record(id)));
    }
}
