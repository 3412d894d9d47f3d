"""A station in Python's standard library, written from the text of HJ 212-2017 and from nothing of limpid.

hj212_client.py HOST:PORT MN

Asks for the time (1013) and takes it (1012), uploads five hours of which the third is left out, waits to be asked for
it (2061), sends it, and prints what happened as one JSON line.
"""
import datetime
import json
import socket
import sys

ZONE = datetime.timezone(datetime.timedelta(hours=8))
PW = "123456"


def crc(data):
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


class Station:
    def __init__(self, address, mn):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.stream = self.socket.makefile("rb")
        self.mn = mn
        self.number = 0

    def qn(self):
        self.number += 1
        return datetime.datetime.now(ZONE).strftime("%Y%m%d%H%M%S") + f"{self.number:03}"

    def send(self, cn, area, qn=None, st="22", flag=5):
        qn = qn or self.qn()
        data = f"QN={qn};ST={st};CN={cn};PW={PW};MN={self.mn};Flag={flag};CP=&&{area}&&".encode()
        self.socket.sendall(b"##%04d%s%04X\r\n" % (len(data), data, crc(data)))
        return qn

    def receive(self):
        """The next message: its header, and its area as a map."""
        assert self.stream.read(2) == b"##"
        data = self.stream.read(int(self.stream.read(4)))
        assert int(self.stream.read(4), 16) == crc(data), data
        assert self.stream.read(2) == b"\r\n"
        head, area = data.decode().split("CP=&&")
        header = dict(item.split("=", 1) for item in head.strip(";").split(";"))
        area = area.removesuffix("&&").replace(",", ";")
        assert header["MN"] == self.mn and header["PW"] == PW, header
        return header, dict(item.split("=", 1) for item in area.split(";") if item)


def answered(station, qn, cn):
    header, area = station.receive()
    assert (header["CN"], header["QN"], header["ST"], header["Flag"]) == (cn, qn, "91", "4"), header
    assert not area, area


def request(station, cn):
    header, area = station.receive()
    assert header["CN"] == cn and int(header["Flag"]) & 1 and len(header["QN"]) == 17, header
    station.send("9011", "QnRtn=1", qn=header["QN"], st="91", flag=4)
    return header["QN"], area


def clock(text):
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=ZONE)


def main():
    station = Station(sys.argv[1], sys.argv[2])
    answered(station, station.send("1013", ""), "9013")
    qn, area = request(station, "1012")
    off = (clock(area["SystemTime"]) - datetime.datetime.now(ZONE)).total_seconds()
    station.send("9012", "ExeRtn=1", qn=qn, st="91", flag=4)

    this_hour = datetime.datetime.now(ZONE).replace(minute=0, second=0, microsecond=0)
    acknowledged = 0

    def upload(back):
        nonlocal acknowledged
        start = this_hour - datetime.timedelta(hours=back)
        sent = station.send("2061", f"DataTime={start:%Y%m%d%H%M%S};a34004-Avg={back},a34004-Flag=N")
        answered(station, sent, "9014")
        acknowledged += 1

    for back in (5, 4, 2, 1):
        upload(back)
    # The days before the first of them are asked for too: there are no data. The newest gap comes first.
    qn, area = request(station, "2061")
    begin, end = clock(area["BeginTime"]), clock(area["EndTime"])
    third = this_hour - datetime.timedelta(hours=3)
    assert (begin, end) == (third, third + datetime.timedelta(hours=1)), (begin, end)
    upload(3)
    station.send("9012", "ExeRtn=1", qn=qn, st="91", flag=4)
    qn, area = request(station, "2061")
    assert clock(area["EndTime"]) == this_hour - datetime.timedelta(hours=5), area
    station.send("9012", "ExeRtn=100", qn=qn, st="91", flag=4)
    print(json.dumps({"acknowledged": acknowledged, "clock_off_s": off}))


main()
