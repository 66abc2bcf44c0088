//! The pages of the codes, one Markdown file each in `codes/`, collected by the build script.

include!(concat!(env!("OUT_DIR"), "/codes.rs"));

/// The page of a code, or `None` where there is no such code.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.binary_search_by_key(&code, |(code, _)| code).ok().map(|at| PAGES[at].1)
}

/// All codes with their pages, in order.
#[must_use]
pub fn pages() -> &'static [(&'static str, &'static str)] {
    PAGES
}

/// The template beside that program: its name and its text.
#[must_use]
pub fn template<'p>(page: &'p str, kind: &str) -> Option<(&'p str, &'p str)> {
    let (_, rest) = page.split_once(&format!("```jinja {kind} "))?;
    let (name, rest) = rest.split_once('\n')?;
    Some((name, rest.split_once("```")?.0))
}

/// The program in a page's block of code: `erroneous`, `fixed` or `faulting`; `None` where the page has no such program.
#[must_use]
pub fn block<'p>(page: &'p str, kind: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("```journey {kind}\n"))?;
    Some(rest.split_once("```")?.0)
}
