use super::{module, play};
use crate::mir::Arm;

const FLIGHT: &str = r#"
type Seat { row: Int, letter: String }
type Booking { flight: String, seat: Seat, tags: List<String> = [] }
profile { booking: Booking?, last: String = "" }
event booked { booking: Booking, note: String? }
event delayed { flight: String, by: Duration, row: Int = 0 }
event landed { flight: String }
journey care {
  enter on booked as var b where b.booking.seat.row > 0
  one per b.booking.flight
  goal home on landed as l where l.flight == b.booking.flight and profile.last != "x"
  var count = 0
  loop {
    wait for any {
      on delayed as d where d.row == count and d.flight == b.booking.flight {
        count += 1
        b.booking.seat.row = d.row + 5
        profile.booking = b.booking
        profile.last = "{d.by} {b.booking.seat.row}{b.booking.seat.letter}"
      }
      after 10d { break }
    }
  }
}
test "t" {
  event booked { booking: Booking { flight: "X1", seat: Seat { row: 0, letter: "A" } } }
  event booked { booking: Booking { flight: "X1", seat: Seat { row: 3, letter: "A" }, tags: ["a", "b"] }, note: "n" }
  event delayed { flight: "X2", by: 1h }
  event delayed { flight: "X1", by: 1h }
  expect profile.last == "1h 5A" and profile.booking?.seat?.row == 5
  event delayed { flight: "X1", by: 2h, row: 1 }
  expect profile.last == "2h 6A" and profile.booking?.tags == ["a", "b"]
  event landed { flight: "X2" }
  event landed { flight: "X1" }
}
"#;

#[test]
fn a_change_of_a_field_copies_the_records_around_it() {
    let log = play(FLIGHT);
    assert_eq!(log[0], "key X1");
    assert_eq!(log.iter().filter(|line| *line == "unseen").count(), 2);
    assert_eq!(log.last().unwrap(), "ended home");
}

#[test]
fn a_filter_gives_the_correlation_that_finds_its_customers() {
    let module = module(FLIGHT);
    let Arm::Event { correlation: Some(correlation), filter: Some(filter), .. } = &module.journeys[0].pauses[0].arms[0] else {
        panic!("a correlation")
    };
    assert_eq!(module.functions[correlation.event_side.0 as usize].params.len(), 1);
    let frame = &module.journeys[0].pauses[0].frame;
    let names = |slots: &[u32]| slots.iter().map(|&slot| frame[slot as usize].id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&correlation.frame_side.captures), ["count"]);
    assert_eq!(names(&filter.captures), ["b", "count"]);
}

#[test]
fn what_may_change_while_an_instance_sleeps_is_no_correlation() {
    let module = module(
        r#"
profile { flight: String = "" }
event go { flight: String }
event delayed { flight: String, note: String?, factor: Float = 1.0 }
journey j {
  enter on go as go
  wait for delayed as d where d.flight == profile.flight
  wait for delayed as d where d.note == go.flight
  wait for delayed as d where d.factor == 1.0
  wait for delayed as d where d.flight == go.flight or d.factor == 1.0
  wait for delayed as d where go.flight == d.flight
}
"#,
    );
    let found: Vec<bool> =
        module.journeys[0].pauses.iter().map(|pause| matches!(pause.arms[0], Arm::Event { correlation: Some(_), .. })).collect();
    assert_eq!(found, [false, false, false, false, true]);
}

#[test]
fn every_pause_keeps_what_goals_ask_for() {
    let module = module(FLIGHT);
    let pause = &module.journeys[0].pauses[0];
    let names: Vec<&str> = pause.end_captures[0].iter().map(|&slot| pause.frame[slot as usize].id.as_str()).collect();
    assert_eq!(names, ["b"]);
}
