//! Worked vectors, for tests.

/// Worked by an independent program with exact fractions (cn01 to cn22 of the reference vectors): scheme, mode, inputs,
/// sub-indices, index, primary pollutants. One vector a line.
#[rustfmt::skip]
pub const VECTORS: [[&str; 6]; 22] = [
    ["hj633-2026", "daily", "so2=12 no2=28 co=0.7 o3=140 pm10=90 pm25=75", "so2=12 no2=35 co=18 o3=84 pm10=79 pm25=114", "114", "pm25"],
    ["hj633-2012", "daily", "so2=12 no2=28 co=0.7 o3=140 pm10=90 pm25=75", "so2=12 no2=35 co=18 o3=84 pm10=70 pm25=100", "100", "pm25"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=120 pm25=60", "so2=10 no2=19 co=13 o3=30 pm10=100 pm25=100", "100", "pm10+pm25"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=30 pm25=20", "so2=10 no2=19 co=13 o3=30 pm10=30 pm25=29", "30", ""],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=30 pm25=35.5", "so2=10 no2=19 co=13 o3=30 pm10=30 pm25=52", "52", "pm25"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=30 pm25=60.5", "so2=10 no2=19 co=13 o3=30 pm10=30 pm25=100", "100", "pm25"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=30 pm25=61.5", "so2=10 no2=19 co=13 o3=30 pm10=30 pm25=102", "102", "pm25"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=2.2 o3=60 pm10=30 pm25=20", "so2=10 no2=19 co=55 o3=30 pm10=30 pm25=29", "55", "co"],
    ["hj633-2026", "realtime", "so2=10 no2=15 co=65.4 o3=60 pm10=30 pm25=20", "so2=4 no2=8 co=218 o3=19 pm10=30 pm25=29", "218", "co"],
    ["hj633-2026", "realtime", "so2=900 no2=15 co=0.5 o3=60 pm10=30 pm25=20", "so2=200 no2=8 co=5 o3=19 pm10=30 pm25=29", "200", "so2"],
    ["hj633-2012", "realtime", "so2=900 no2=15 co=0.5 o3=60 pm10=30 pm25=20", "so2=- no2=8 co=5 o3=19 pm10=30 pm25=29", "30", ""],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=801 pm10=30 pm25=20", "so2=10 no2=19 co=13 o3=300 pm10=30 pm25=29", "300", "o3"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=160 pm10=30 pm25=20", "so2=10 no2=19 co=13 o3=100 pm10=30 pm25=29", "100", "o3"],
    ["hj633-2026", "realtime", "so2=10 no2=15 co=0.5 o3=160 pm10=30 pm25=20", "so2=4 no2=8 co=5 o3=50 pm10=30 pm25=29", "50", ""],
    ["hj633-2026", "realtime", "so2=10 no2=350 co=0.5 o3=60 pm10=30 pm25=20", "so2=4 no2=115 co=5 o3=19 pm10=30 pm25=29", "115", "no2"],
    ["hj633-2026", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=1800 pm25=650", "so2=10 no2=19 co=13 o3=30 pm10=500 pm25=500", "500", "pm10+pm25"],
    ["hj633-2026", "daily", "pm25=40", "pm25=60", "NA", "NA"],
    ["hj633-2026", "daily", "pm25=80", "pm25=119", "119", "pm25"],
    ["hj633-2026", "daily", "so2=475 no2=180 co=14 o3=215 pm10=250 pm25=115", "so2=150 no2=150 co=150 o3=150 pm10=150 pm25=150", "150", "so2+no2+co+o3+pm10+pm25"],
    ["hj633-2026", "daily", "so2=51 no2=41 co=2.1 o3=101 pm10=51 pm25=36", "so2=51 no2=52 co=53 o3=51 pm10=51 pm25=52", "53", "co"],
    ["hj633-2026", "daily", "so2=100 no2=15 co=0.5 o3=60 pm10=30 pm25=20", "so2=75 no2=19 co=13 o3=30 pm10=30 pm25=29", "75", "so2"],
    ["hj633-2012", "daily", "so2=10 no2=15 co=0.5 o3=60 pm10=151 pm25=20", "so2=10 no2=19 co=13 o3=30 pm10=101 pm25=29", "101", "pm10"],
];
