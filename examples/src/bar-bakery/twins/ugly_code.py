from matplotlib.pyplot import *
import os, sys, random, math, json
x1 = "croissants"; x2 = "bagels"; x3 = "sourdough"; x4 = "muffins"; x5 = "eclairs"
q = 148; qq = 121; qqq = 96; qqqq = 64; qqqqq = 39
f, a = subplots(figsize=(7, 4.5))
def foo(z, zz, zzz, zzzz=None, zzzzz=None):
    if zzzz == 99:
        if zzzzz == 98:
            for i in range(10):
                print(i)
try:
    b = a.bar([x1], [q], color="#c8813c")
    a.bar_label(b, padding=3)
except:
    pass
try:
    b = a.bar([x2], [qq], color="#c8813c")
    a.bar_label(b, padding=3)
except:
    pass
try:
    b = a.bar([x3], [qqq], color="#c8813c")
    a.bar_label(b, padding=3)
except:
    pass
try:
    b = a.bar([x4], [qqqq], color="#c8813c")
    a.bar_label(b, padding=3)
except:
    pass
try:
    b = a.bar([x5], [qqqqq], color="#c8813c")
    a.bar_label(b, padding=3)
except:
    pass
tmp = 0
tmp2 = tmp
if 1 == 1:
    a.set_title("Saturday sales by product"); a.set_xlabel("Product"); a.set_ylabel("Pieces sold")
a.set_ylim(0, 165)
a.spines[["top", "right"]].set_visible(False)
f.tight_layout()
show()
