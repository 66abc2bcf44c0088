//! What could have stood at a place, in the words of those who write journeys.

use super::words;
use journey_grammar::Rule;

/// The things that any of `rules` stands for, each once. `keyword` is the word that the construct starts with, `last`
/// what stands before the place.
pub(super) fn in_words(rules: &[Rule], keyword: &str, last: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for rule in rules.iter().filter(|rule| is_telling(**rule, rules, keyword)) {
        words.extend(in_word(*rule).filter(|word| !words.contains(word)));
    }
    // Where a value may stand, so may a name; to say both says less.
    if words.iter().any(|word| word == "a value") {
        words.retain(|word| word != "a name" && word != "a text in quotes" && word != "a number");
    }
    if words.len() == 1 && words[0] == "a name" && matches!(last, ":" | "->" | "<") {
        words[0] = "a type".to_string();
    }
    words
}

/// Whether it helps to name a rule among all that could stand at a place.
fn is_telling(rule: Rule, rules: &[Rule], keyword: &str) -> bool {
    let has = |rule| rules.contains(&rule);
    // Behind a whole value every value may go on with a field, a call or an operator.
    let after_value = has(Rule::infix) || has(Rule::head_infix) || has(Rule::moment_infix);
    // Every word that starts a statement may also be the name of a variable that is assigned to.
    let after_keyword = has(Rule::assign_op) && words::STATEMENTS.contains(&keyword);
    // A name in a record, in a list of arguments, in a pattern: what is missing is most likely the mark between two parts.
    let after_field_name = has(Rule::colon) && has(Rule::close);
    let in_brackets = has(Rule::paren_close) || has(Rule::bracket_close);
    let after_pattern = has(Rule::arrow) && !in_brackets;
    match rule {
        Rule::dot | Rule::member => !(after_value || after_keyword || after_pattern),
        // `xs[0]` is read as the start of an assignment; no statement goes on so.
        Rule::index | Rule::bracket_open => !after_value && !words::STATEMENTS.contains(&keyword),
        Rule::args | Rule::paren_open => !after_value,
        Rule::record_fields => !after_value && !after_pattern,
        Rule::assign_op => !after_keyword,
        Rule::open => !after_pattern && !has(Rule::infix),
        Rule::pattern_fields => !after_pattern,
        Rule::comma => !after_pattern && !after_field_name,
        Rule::close | Rule::record_field => !after_field_name,
        Rule::colon | Rule::arrow => !in_brackets,
        _ => true,
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn in_word(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    if let Some(keyword) = name.strip_prefix("kw_") {
        return value_keyword(rule).map_or_else(|| Some(format!("`{keyword}`")), |value| Some(value.to_string()));
    }
    if name.ends_with("_stmt") || rule == Rule::target {
        return Some("a statement".to_string());
    }
    if name.ends_with("_item") {
        return Some("a declaration".to_string());
    }
    let word = match rule {
        Rule::expr
        | Rule::head
        | Rule::head_expr
        | Rule::moment_expr
        | Rule::moment
        | Rule::prefix
        | Rule::postfix
        | Rule::head_postfix
        | Rule::name
        | Rule::paren
        | Rule::list
        | Rule::record
        | Rule::record_path
        | Rule::if_expr
        | Rule::match_expr
        | Rule::time
        | Rule::date
        | Rule::local_time
        | Rule::duration
        | Rule::bad_number
        | Rule::single_quoted
        | Rule::entry
        | Rule::arg
        | Rule::named_arg
        | Rule::lambda
        | Rule::wait_duration
        | Rule::zone_expr
        | Rule::empty_map => "a value",
        Rule::int | Rule::decimal | Rule::share | Rule::number_pattern => "a number",
        Rule::ident | Rule::word => "a name",
        Rule::event_path | Rule::event_pattern | Rule::enter_event => "the name of an event",
        Rule::channels | Rule::first_of => "a channel",
        Rule::string | Rule::short_string | Rule::long_string => "a text in quotes",
        Rule::type_expr | Rule::type_name => "a type",
        Rule::pattern | Rule::patterns | Rule::variant_pattern => "a pattern",
        Rule::field => "a field such as `name: String`",
        Rule::record_field | Rule::content_field => "a field such as `name: value`",
        Rule::param => "a parameter such as `name: String`",
        Rule::enum_variant => "the name of a variant",
        Rule::message_variant => "the name of a channel",
        Rule::weekday => "a weekday",
        Rule::arrow => "`=>`",
        Rule::thin_arrow => "`->`",
        Rule::colon => "`:`",
        Rule::comma => "`,`",
        Rule::equals | Rule::default_value => "`=`",
        Rule::assign_op => "`=`",
        Rule::dot => "`.`",
        Rule::percent => "`%`",
        Rule::open
        | Rule::block
        | Rule::fields
        | Rule::expr_block
        | Rule::record_fields
        | Rule::else_expr
        | Rule::pattern_fields
        | Rule::route_arms => "`{`",
        Rule::close | Rule::unclosed => "`}`",
        Rule::paren_open | Rule::params | Rule::args => "`(`",
        Rule::paren_close => "`)`",
        Rule::bracket_open => "`[`",
        Rule::bracket_close => "`]`",
        Rule::angle_close => "`>`",
        Rule::binder | Rule::label => "`as`",
        Rule::wait_limit => "`within`",
        Rule::zone => "`in`",
        Rule::renamed_from => "`renamed from`",
        Rule::answer_fail => "`fail`",
        Rule::else_block | Rule::else_if | Rule::else_if_expr => "`else`",
        Rule::enter_clause | Rule::goal_clause | Rule::exit_clause => "a clause",
        Rule::on_arm | Rule::after_arm | Rule::at_arm | Rule::when_arm => "`on`, `after`, `at` or `when`",
        Rule::variant | Rule::holdout => "`variant` or `holdout`",
        Rule::branch => "`branch`",
        _ => return None,
    };
    Some(word.to_string())
}

/// Words that are values.
fn value_keyword(rule: Rule) -> Option<&'static str> {
    matches!(rule, Rule::kw_true | Rule::kw_false | Rule::kw_none | Rule::kw_now | Rule::kw_customer | Rule::kw_profile | Rule::kw_not)
        .then_some("a value")
}
