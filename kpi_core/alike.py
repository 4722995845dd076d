"""Letters that look alike: what a reader cannot tell apart is one name, of a person as of an indicator."""

LOOKS_LIKE = str.maketrans(
    "авеікмнорстухѕјԛԝһԁӏ" + "αβεηικμνορτυχγωζ" + "ɡɩɪıȷℓ",
    "abeikmhopctyxsjqwhdl" + "abehikmvoptyxywz" + "giiijl",
)
"""Small letters of other alphabets, accents taken off, by the Latin ones they look like."""
