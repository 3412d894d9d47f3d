//! Check signs of identity numbers, credit codes and bank cards against python-stdnum of PyPI.

use std::process::Command;

use limpid_model::code::credit_code;
use limpid_model::privacy::{identity, scan};
use limpid_model::register::Personal;

use crate::python::{Python, run};

const PACKAGES: [&str; 1] = ["python-stdnum==2.2"];
/// For many bodies of each kind the number with every check sign, and whether it is valid.
const SCRIPT: &str = "
import json, random
from stdnum import luhn
from stdnum.cn import ric, uscc
random.seed(20261130)
made = {'identity': [], 'credit': [], 'card': []}
for _ in range(300):
    body = '%06d%04d%02d%02d%03d' % (random.choice([110105, 511523, 440524]), random.randint(1950, 2015),
        random.randint(1, 12), random.randint(1, 28), random.randint(1, 999))
    made['identity'] += [(body + sign, ric.is_valid(body + sign)) for sign in '0123456789X']
    alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    body = '91' + '%06d' % random.randint(110000, 650000) + ''.join(random.choice(alphabet) for _ in range(9))
    made['credit'] += [(body + sign, uscc.is_valid(body + sign)) for sign in alphabet]
    body = '62' + '%013d' % random.randint(0, 10 ** 13 - 1)
    made['card'] += [(body + sign, luhn.is_valid(body + sign)) for sign in '0123456789']
print(json.dumps(made))
";

#[test]
fn check_signs_are_what_another_program_says() {
    let python = Python::with("stdnum", &PACKAGES).program("python");
    let said = run(Command::new(python).args(["-c", SCRIPT]));
    let made: serde_json::Value = serde_json::from_str(&said).unwrap();
    let of = |kind: &str| -> Vec<(String, bool)> { serde_json::from_value(made[kind].clone()).unwrap() };
    for (number, valid) in of("identity") {
        let ours = identity::shape(number.as_bytes());
        // That program knows regions by a list of its own; a valid number of it is one of ours.
        assert!(!valid || ours == Some(identity::Shape::Checked), "{number}: {ours:?}");
    }
    let checked = |(number, _): &(String, bool)| identity::shape(number.as_bytes()) == Some(identity::Shape::Checked);
    assert_eq!(of("identity").iter().filter(|one| checked(one)).count(), 300, "one check sign of eleven fits");
    for (code, valid) in of("credit") {
        assert_eq!(credit_code::doubt(&code).is_none(), valid, "{code}");
    }
    for (card, valid) in of("card") {
        let found = scan(&format!("卡号{card}。"));
        assert_eq!(found.iter().any(|one| one.kind == Personal::BankAccount), valid, "{card}");
    }
}
