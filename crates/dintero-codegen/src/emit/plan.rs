//! The generated source compared with what it should consist of, before anyone compiles it: whatever a document's texts
//! are, they add no item, attribute or statement.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, Token, token};

use crate::ir::{Api, Kind};

/// What every client has.
const FIXED: &str =
    "Client Client ALL all builder calls handle new operations types use use use use use use use";

/// Checks the source of a client against the API that it was written from.
///
/// # Errors
/// It is no Rust, or has something else than it should.
pub fn check(source: &str, api: &Api) -> Result<(), String> {
    let file = syn::parse_file(source).map_err(|error| format!("no Rust source: {error}"))?;
    let (mut found, mut planned) = (Found::default(), planned(api));
    found.visit_file(&file);
    found.0.sort();
    planned.sort();
    let mut pairs = found.0.iter().zip(&planned);
    match pairs.find(|(found, planned)| found != planned) {
        None if found.0.len() == planned.len() => Ok(()),
        other => Err(format!("something without a plan: {other:?}")),
    }
}

fn planned(api: &Api) -> Vec<String> {
    let mut planned: Vec<String> = FIXED.split(' ').map(str::to_owned).collect();
    for (name, kind) in &api.types {
        let called = match &kind.schema.kind {
            Kind::Enum(listed) if listed.integer => "open_integer",
            Kind::Enum(_) => "open_enum",
            Kind::Union(_) => "union",
            _ => "object",
        };
        planned.push(format!("{called} {name}"));
        if kind.has_builder() {
            planned.push(format!("type {name}Builder"));
        }
    }
    for name in api.operations.keys() {
        let call = format!("call {}", name.to_upper_camel_case());
        planned.extend([name.clone(), name.to_shouty_snake_case(), call]);
    }
    planned
}

/// The items of a source, and whatever it should not have.
#[derive(Default)]
struct Found(Vec<String>);

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast Item) {
        self.0.push(match item {
            Item::Mod(item) => item.ident.to_string(),
            Item::Static(item) => item.ident.to_string(),
            Item::Struct(item) => item.ident.to_string(),
            Item::Impl(item) => item.self_ty.to_token_stream().to_string(),
            Item::Type(item) => format!("type {}", item.ident),
            Item::Use(_) => "use".to_owned(),
            Item::Macro(item) => {
                let called = item.mac.path.segments.last();
                let called = called.map_or_else(String::new, |last| last.ident.to_string());
                let declared = item.mac.parse_body_with(declared);
                let declared = declared.unwrap_or_else(|error| error.to_string());
                format!("{called} {declared}")
            }
            other => other.to_token_stream().to_string(),
        });
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let name = function.sig.ident.to_string();
        self.0
            .extend(function.block.stmts.iter().map(|_| name.clone()));
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let known = ["allow", "deprecated", "derive", "doc"];
        if !known.iter().any(|known| attribute.path().is_ident(known)) {
            self.0.push(attribute.to_token_stream().to_string());
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        use Expr::{Array, Call, Field, Lit, MethodCall, Path, Reference, Struct, Tuple};
        match expression {
            Array(_) | Call(_) | Field(_) | Lit(_) | MethodCall(_) | Path(_) | Reference(_)
            | Struct(_) | Tuple(_) => visit::visit_expr(self, expression),
            other => self.0.push(other.to_token_stream().to_string()),
        }
    }
}

/// Reads the name that a macro declares, and that documentation, names, types and literals are all that follows.
fn declared(input: ParseStream<'_>) -> syn::Result<String> {
    documentation(input)?;
    input.parse::<Option<Token![pub]>>()?;
    input.parse::<Option<Token![struct]>>()?;
    input.parse::<Option<Token![enum]>>()?;
    let name: syn::Ident = input.parse()?;
    while !input.peek(token::Brace) {
        skip(input)?;
    }
    let content;
    syn::braced!(content in input);
    plain(&content)?;
    Ok(name.to_string())
}

fn plain(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        documentation(input)?;
        let content;
        if input.peek(token::Paren) {
            syn::parenthesized!(content in input);
            plain(&content)?;
        } else if input.peek(token::Bracket) {
            syn::bracketed!(content in input);
            plain(&content)?;
        } else if input.peek(token::Brace) || input.peek(Token![!]) {
            return Err(input.error("a block or a macro"));
        } else {
            skip(input)?;
        }
    }
    Ok(())
}

fn documentation(input: ParseStream<'_>) -> syn::Result<()> {
    let mut attributes = input.call(Attribute::parse_outer)?.into_iter();
    match attributes.find(|attribute| !attribute.path().is_ident("doc")) {
        None => Ok(()),
        Some(_) => Err(input.error("an attribute that is no documentation")),
    }
}

fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    input.step(|cursor| match cursor.token_tree() {
        Some((_, rest)) => Ok(((), rest)),
        None => Err(cursor.error("no block")),
    })
}

#[cfg(test)]
mod tests;
