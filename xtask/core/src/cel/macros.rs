//! Macros: calls whose arguments are not values but names and parts of an expression.

use cel::common::ast::{CallExpr, Expr, IdedExpr};

use super::lower::Lowering;
use super::node::{Fold, FoldKind, Node};
use super::path;

impl Lowering<'_> {
    /// The tree of a macro, if the call is one.
    pub(super) fn macro_call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Option<Node> {
        let arguments = call.args.as_slice();
        let Some(target) = &call.target else {
            return match (call.func_name.as_str(), arguments) {
                ("has", [argument]) => Some(self.has(expr, argument)),
                _ => None,
            };
        };
        match (call.func_name.as_str(), arguments) {
            ("optMap" | "optFlatMap", [name, body]) => {
                let target = self.boxed(target);
                let is_flat = call.func_name == "optFlatMap";
                Some(Node::OptionalMap(target, self.inside(&[name], body), is_flat))
            }
            ("or", [other]) => Some(Node::OptionalOr(self.boxed(target), self.boxed(other))),
            ("orValue", [other]) => Some(Node::OptionalOrValue(self.boxed(target), self.boxed(other))),
            (name, arguments) => self.fold(target, name, arguments),
        }
    }

    fn has(&mut self, expr: &IdedExpr, argument: &IdedExpr) -> Node {
        let Expr::Select(select) = &argument.expr else {
            return self.error(expr.id, "`has` takes a field: `has(a.b)`", None);
        };
        if let Some(segments) = path::segments(argument) {
            self.paths
                .push(segments.iter().map(|&segment| segment.to_owned()).collect());
            if self.is_declared(&segments.join(".")) {
                // a declared variable is there, even where its value is an error
                return Node::Json(true.into());
            }
        }
        Node::Has(self.boxed(&select.operand), select.field.as_str().into())
    }

    fn fold(&mut self, target: &IdedExpr, name: &str, arguments: &[IdedExpr]) -> Option<Node> {
        use FoldKind::{All, Exists, ExistsOne, List, Map, MapEntry, SortBy};
        let fold = match (name, arguments) {
            ("all", [x, condition]) => (All, vec![x], Some(condition), None),
            ("all", [x, y, condition]) => (All, vec![x, y], Some(condition), None),
            ("exists", [x, condition]) => (Exists, vec![x], Some(condition), None),
            ("exists", [x, y, condition]) => (Exists, vec![x, y], Some(condition), None),
            ("exists_one" | "existsOne", [x, condition]) => (ExistsOne, vec![x], Some(condition), None),
            ("exists_one" | "existsOne", [x, y, condition]) => (ExistsOne, vec![x, y], Some(condition), None),
            ("map", [x, body]) => (List, vec![x], None, Some(body)),
            ("map", [x, condition, body]) => (List, vec![x], Some(condition), Some(body)),
            ("filter", [x, condition]) => (List, vec![x], Some(condition), None),
            ("transformList", [x, y, body]) => (List, vec![x, y], None, Some(body)),
            ("transformList", [x, y, condition, body]) => (List, vec![x, y], Some(condition), Some(body)),
            ("transformMap", [x, y, body]) => (Map, vec![x, y], None, Some(body)),
            ("transformMap", [x, y, condition, body]) => (Map, vec![x, y], Some(condition), Some(body)),
            ("transformMapEntry", [x, y, body]) => (MapEntry, vec![x, y], None, Some(body)),
            ("transformMapEntry", [x, y, condition, body]) => (MapEntry, vec![x, y], Some(condition), Some(body)),
            ("sortBy", [x, body]) => (SortBy, vec![x], None, Some(body)),
            _ => return None,
        };
        let (kind, names, condition, body) = fold;
        let range = self.node(target);
        Some(Node::Fold(Box::new(Fold {
            kind,
            range,
            is_pairwise: names.len() == 2,
            condition: condition.map(|condition| *self.inside(&names, condition)),
            body: body.map(|body| *self.inside(&names, body)),
        })))
    }

    /// A part of the expression in which these names are variables.
    fn inside(&mut self, names: &[&IdedExpr], body: &IdedExpr) -> Box<Node> {
        let depth = self.locals.len();
        for name in names {
            match &name.expr {
                Expr::Ident(name) => self.locals.push(name.clone()),
                _ => {
                    self.error(name.id, "a macro's variable is a plain name", None);
                }
            }
        }
        if names.len() == 2 && self.locals[depth..].first() == self.locals[depth..].get(1) {
            self.error(names[1].id, "the two variables of a macro need two names", None);
        }
        let node = self.boxed(body);
        self.locals.truncate(depth);
        node
    }
}
