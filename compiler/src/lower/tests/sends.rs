use super::play;

/// A program that sends once, with this profile in its test.
fn sent(channels: &str, transactional: &str, profile: &str) -> Vec<String> {
    play(&format!(
        r#"
type Consent {{ marketing: Bool = false }}
profile {{ email: String?, phone: String?, locale: String?, consent: Consent = Consent {{}}, agreed: Bool? }}
event go {{ name: String, total: Decimal = 2.50 }}
channel email {{ address profile.email consent profile.consent.marketing }}
channel sms {{ address profile.phone consent profile.agreed }}
channel desk {{ content {{ text: String }} }}
message hello(to: go){transactional} {{
  email {{ subject: "Hi {{to.name}}", body: "{{to.total.fixed(2)}}" }}
  email in "ja" {{ subject: "こんにちは{{to.name}}", body: "-" }}
  email in "pt-BR" {{ subject: "Oi {{to.name}}", body: "-" }}
  sms {{ text: "hi" }}
  desk {{ text: "call {{to.name}}" }}
}}
journey j {{ enter on go as go unlimited send hello(go) via {channels} }}
test "t" {{
  profile {{ {profile} }}
  event go {{ name: "Ann" }}
}}
"#
    ))
}

#[test]
fn a_channel_needs_an_address_and_then_consent() {
    assert_eq!(sent("email", "", "consent: Consent { marketing: true }")[0], "suppressed hello: no_address");
    assert_eq!(sent("email", "", "email: \"a@b\"")[0], "suppressed hello: no_consent");
    let given = sent("email", "", "email: \"a@b\", consent: Consent { marketing: true }");
    assert_eq!(given, ["send hello via email to a@b: Hi Ann | 2.50", "finished completed"]);
}

#[test]
fn an_empty_address_is_none() {
    let told = sent("email", "", "email: \"\", consent: Consent { marketing: true }");
    assert_eq!(told[0], "suppressed hello: no_address");
    assert_eq!(sent("first of email, sms", " transactional", "email: \"\", phone: \"1\"")[0], "send hello via sms to 1: hi");
}

#[test]
fn an_unknown_consent_is_none() {
    assert_eq!(sent("sms", "", "phone: \"1\"")[0], "suppressed hello: no_consent");
    assert_eq!(sent("sms", "", "phone: \"1\", agreed: true")[0], "send hello via sms to 1: hi");
}

#[test]
fn first_of_takes_the_first_channel_that_may_be_used_and_keeps_each_reason() {
    assert_eq!(sent("first of email, sms", "", "email: \"a@b\"")[0], "suppressed hello: no_consent no_address");
    assert_eq!(sent("first of email, sms", "", "email: \"a@b\", phone: \"1\", agreed: true")[0], "send hello via sms to 1: hi");
}

#[test]
fn a_transactional_message_needs_an_address_only() {
    assert_eq!(sent("email", " transactional", "email: \"a@b\"")[0], "send hello via email to a@b: Hi Ann | 2.50");
    assert_eq!(sent("email", " transactional", "phone: \"1\"")[0], "suppressed hello: no_address");
}

#[test]
fn a_channel_without_an_address_reaches_the_customer_by_key() {
    assert_eq!(sent("desk", "", "")[0], "send hello via desk to test: call Ann");
}

#[test]
fn the_locale_chooses_exactly_then_by_language_then_falls_back() {
    let subject = |locale: &str| {
        let profile = format!("email: \"a@b\", consent: Consent {{ marketing: true }}, locale: {locale}");
        sent("email", "", &profile)[0].clone()
    };
    assert_eq!(subject("\"ja\""), "send hello via email to a@b: こんにちはAnn | -");
    assert_eq!(subject("\"ja-JP\""), "send hello via email to a@b: こんにちはAnn | -");
    assert_eq!(subject("\"pt_br\""), "send hello via email to a@b: Oi Ann | -");
    assert_eq!(subject("\"pt\""), "send hello via email to a@b: Hi Ann | 2.50");
    assert_eq!(subject("none"), "send hello via email to a@b: Hi Ann | 2.50");
}
