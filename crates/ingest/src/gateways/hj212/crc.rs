//! The check of HJ 212 (HJ/T 212-2005 and HJ 212-2017, annex A), and the two that are met in its place.
//!
//! The register starts at FFFF. Each byte is XORed onto the register's *high* byte, which becomes the low one while
//! the old low byte is thrown away; then eight shifts to the right, with XOR A001 whenever a 1 falls out. Only eight
//! bits of state survive from byte to byte, so the check takes 256 values, not 65,536: random bytes pass once in 256
//! times, and nothing may rest on it alone.
//!
//! With eight bits of state that every byte enters by XOR, the state after eight bytes is the XOR of eight
//! independent look-ups. That is what [`advance`] does: one byte after the other, each look-up would wait for the
//! one before it.

/// The polynomial, reflected.
const POLYNOMIAL: u16 = 0xA001;

/// What the eight shifts make of each byte.
const SHIFTED: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut register = byte as u16;
        let mut shift = 0;
        while shift < 8 {
            register = if register & 1 == 1 { (register >> 1) ^ POLYNOMIAL } else { register >> 1 };
            shift += 1;
        }
        table[byte] = register;
        byte += 1;
    }
    table
};

/// `CARRIED[k][b]`: what is left of byte `b` in the eight bits of state when `k` more bytes have followed it.
const CARRIED: [[u8; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut state = byte as u8;
        let mut k = 0;
        while k < 8 {
            state = (SHIFTED[state as usize] >> 8) as u8;
            tables[k][byte] = state;
            k += 1;
        }
        byte += 1;
    }
    tables
};

/// The register before the first byte.
pub const START: u16 = 0xFFFF;

/// The register after `bytes`, from `register` before them.
pub fn advance(register: u16, bytes: &[u8]) -> u16 {
    let Some((last, before)) = bytes.split_last() else { return register };
    let mut state = (register >> 8) as u8;
    let (eights, rest) = before.as_chunks::<8>();
    for [a, b, c, d, e, f, g, h] in eights {
        state = CARRIED[7][usize::from(state ^ a)]
            ^ CARRIED[6][usize::from(*b)]
            ^ CARRIED[5][usize::from(*c)]
            ^ CARRIED[4][usize::from(*d)]
            ^ CARRIED[3][usize::from(*e)]
            ^ CARRIED[2][usize::from(*f)]
            ^ CARRIED[1][usize::from(*g)]
            ^ CARRIED[0][usize::from(*h)];
    }
    for byte in rest {
        state = CARRIED[0][usize::from(state ^ byte)];
    }
    SHIFTED[usize::from(state ^ last)]
}

/// The check of HJ 212 over a data segment; FFFF for an empty one.
pub fn hj(data: &[u8]) -> u16 {
    advance(START, data)
}

/// CRC-16/MODBUS, which some field devices send instead, in either byte order.
pub fn modbus(data: &[u8]) -> u16 {
    data.iter().fold(START, |register, byte| (register >> 8) ^ SHIFTED[usize::from((register as u8) ^ byte)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The C sample of HJ 212-2017 annex A, line by line.
    fn annex_a(data: &[u8]) -> u16 {
        let mut register: u16 = 0xFFFF;
        for byte in data {
            register = (register >> 8) ^ u16::from(*byte);
            for _ in 0..8 {
                let out = register & 1;
                register >>= 1;
                if out == 1 {
                    register ^= 0xA001;
                }
            }
        }
        register
    }

    #[test]
    fn the_example_of_annex_a() {
        let data =
            b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";
        assert_eq!(hj(data), 0x1C80);
        assert_eq!(modbus(data), 0x0759);
        assert_eq!(hj(b""), 0xFFFF);
    }

    #[test]
    fn modbus_has_the_catalogue_check_value() {
        // "123456789" gives 4B37 in the catalogue of parametrised CRC algorithms.
        assert_eq!(modbus(b"123456789"), 0x4B37);
    }

    #[test]
    fn any_single_wrong_byte_is_caught() {
        let data = b"ST=22;CN=2011;PW=123456;MN=A;CP=&&a34004-Rtd=33&&".to_vec();
        let right = hj(&data);
        for at in 0..data.len() {
            for byte in 0..=255 {
                let mut wrong = data.clone();
                wrong[at] = byte;
                assert_eq!(hj(&wrong) == right, byte == data[at], "byte {at} as {byte}");
            }
        }
    }

    proptest! {
        #[test]
        fn eight_at_a_time_is_one_at_a_time(data in proptest::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
            let cut = cut.min(data.len());
            prop_assert_eq!(hj(&data), annex_a(&data));
            prop_assert_eq!(advance(advance(START, &data[..cut]), &data[cut..]), annex_a(&data));
        }
    }
}
