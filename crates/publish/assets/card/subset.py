"""Makes microhei-gb2312.ttf of wqy-microhei.ttc: subset.py FROM TO (needs fonttools)."""
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

SIGNS = "°±²³µ·×–—‘’“”…‰′″ⅠⅡⅢⅣⅤⅥ←↑→↓≤≥≈₂₃₁、。《》（）：；，？！【】℃％"


def characters():
    yield from range(0x20, 0x7F)
    yield from map(ord, SIGNS)
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield ord(bytes([high, low]).decode("gb2312"))
            except UnicodeDecodeError:
                pass


font = TTCollection(sys.argv[1]).fonts[0]
options = subset.Options(notdef_outline=True, hinting=False, layout_features=[], glyph_names=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "vhea", "vmtx", "VORG", "gasp", "prep", "fpgm", "cvt ", "FFTM"]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=set(characters()))
subsetter.subset(font)
font.save(sys.argv[2])
