//! Frames that others sent: from the standard's text, from the tests and logs of public implementations, and two
//! made for this project. Their checks were recomputed by an independent implementation.

/// One data segment, with its length and check as printed.
pub(crate) struct Vector {
    pub(crate) source: &'static str,
    pub(crate) len: &'static str,
    pub(crate) check: &'static str,
    pub(crate) data: &'static str,
}

impl Vector {
    /// The whole frame, without a line end.
    pub(crate) fn frame(&self) -> Vec<u8> {
        format!("##{}{}{}", self.len, self.data, self.check).into_bytes()
    }
}

/// Right by the check of HJ 212, in the order in which they are numbered elsewhere, from 1.
pub(crate) const RIGHT: [Vector; 12] = [
    // 1
    Vector {
        source: "HJ 212-2017 annex A",
        len: "0101",
        check: "1C80",
        data: "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&",
    },
    // 2
    Vector {
        source: "HJ 212-2025 text, via crate a",
        len: "0087",
        check: "2200",
        data: "QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&",
    },
    // 3
    Vector {
        source: "teafull/hjt212 testdata (2005 style)",
        len: "0124",
        check: "6B80",
        data: "QN=20040516010101001;ST=32;CN=2051;PW=123456;MN=88888880000001;Flag=3;CP=&&BeginTime=20040506111000,EndTime=20040506151000&&",
    },
    // 4
    Vector {
        source: "xiaoyao9184/hj-t212-parser tests",
        len: "0139",
        check: "4980",
        data: "ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&",
    },
    // 5
    Vector {
        source: "mutoushirana/HJ212Virtual log (a platform's ack)",
        len: "0077",
        check: "0140",
        data: "QN=20210412154520280;ST=21;CN=9014;PW=123456;MN=DXCBZ000000005;Flag=5;CP=&&&&",
    },
    // 6
    Vector {
        source: "flash520/hj212 example",
        len: "0411",
        check: "D641",
        data: "QN=20220513162608370;ST=22;CN=2051;PW=123456;MN=JLYP01_AIR01_0001;Flag=4;CP=&&DataTime=20220513162600;a21004-Avg=4,a21004-Flag=N;a05024-Avg=63,a05024-Flag=N;a21026-Avg=6,a21026-Flag=N;a21005-Avg=0.427,a21005-Flag=N;a34004-Avg=14,a34004-Flag=N;a34002-Avg=31,a34002-Flag=N;a01007-Avg=1,a01007-Flag=N;a01008-Avg=11,a01008-Flag=N;a01001-Avg=17,a01001-Flag=N;a01002-Avg=85,a01002-Flag=N;a01006-Avg=95,a01006-Flag=N&&",
    },
    // 7
    Vector {
        source: "IceCoffee.HJ212 README (also in a real log)",
        len: "0285",
        check: "C181",
        data: "QN=20190925181031464;ST=22;CN=2061;PW=BF470F88957588DE902D1A52;MN=Z13401000010301;Flag=5;CP=&&DataTime=20190924220000;a34006-Avg=2.69700,a34006-Flag=N;a34007-Avg=7.96600,a34007-Flag=N;a34048-Avg=3.30600,a34048-Flag=N;a34047-Avg=7.35700,a34047-Flag=N;a34049-Avg=10.66300,a34049-Flag=N&&",
    },
    // 8
    Vector {
        source: "CSDN article 'HJ212环境质量检测开发' (hex dump of a live device, 2024)",
        len: "0313",
        check: "9901",
        data: "QN=20241115190408000;ST=27;CN=2011;PW=123456;MN=AQI2411132600332;Flag=5;CP=&&DataTime=20241115190408;a21026-Rtd=117;a21004-Rtd=16;o31104-Rtd=29;a21005-Rtd=0.14;a34004-Rtd=6;a34002-Rtd=6;a34001-Rtd=6;a01001-Rtd=28.1;a01002-Rtd=68;LA-Rtd=49;a01006-Rtd=1002;a06001-Rtd=0.0;a04003-Rtd=0;a01007-Rtd=0.0;a01008-Rtd=70&&",
    },
    // 9
    Vector {
        source: "sCair/Hj212-Distribute log (a platform's time-set, 2025)",
        len: "81",
        check: "4C80",
        data: "QN=;ST=23;CN=1012;PW=123456;MN=0507A010003242;CP=&&SystemTime=20250221141134270&&",
    },
    // 10
    Vector {
        source: "cnblogs '空气质量监测数据包构造'",
        len: "453",
        check: "c0c1",
        data: "QN=20160801085000001;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=7;CP=&&DataTime=20160801084000;a21005-Rtd=1.1,a21005-Flag=N;a21004-Rtd=112,a21004-Flag=N;a21026-Rtd=58,a21026-Flag=N;LA-td=50.1,LA-Flag=N;a34004-Rtd=207,a34004-Flag=N;a34002-Rtd=295,a34002-Flag=N;a01001-Rtd=12.6,a01001-Flag=N;a01002-Rtd=32,a01002-Flag=N;a01006-Rtd=101.02,a01006-Flag=N;a01007-Rtd=2.1,a01007-Flag=N;a01008-Rtd=120,a01008-Flag=N;a34001-Rtd=217,a34001-Flag=N;&&",
    },
    // 11
    Vector {
        source: "made here",
        len: "0087",
        check: "3240",
        data: "QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&",
    },
    // 12
    Vector {
        source: "made here, UTF-8",
        len: "0152",
        check: "9481",
        data: "QN=20160801085857223;ST=32;CN=3020;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;PolId=w01018;i11001-Info=//清洗管路//&&",
    },
];
