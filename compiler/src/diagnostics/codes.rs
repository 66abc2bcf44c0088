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
