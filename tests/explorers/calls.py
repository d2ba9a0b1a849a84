"""Right calls of the public functions of helpers.explorers, for tests/repository/test_bad_input.py."""

from fuzzing import Call, call_of
from hypothesis import strategies as st

from helpers.drawings import Text
from helpers.explorers import Explorer, Prediction, Slider

EXEMPT = {
    r"explorers\.packing\.\w+": "packs what Explorer has checked",
    r"explorers\.(explorer\.(Drawing(\.link)?|Explorer\.static_html)|sliders\.Slider\.(widget|html)|prediction\.Prediction\.\w+)": "made by Explorer, from what it has checked",
    r"explorers\.words\.\w+": "writes numbers that the package has computed",
}


@call_of(
    "explorers.sliders.Slider",
    "explorers.prediction.Prediction",
    "explorers.explorer.Explorer",
    "explorers.explorer.Explorer.frame",
)
@call_of("explorers.explorer.Explorer.description")
def explorers(draw, name):
    values = range(1, draw(st.integers(2, 4)))
    slider = Slider("number n", values, start=1)

    def square(n):
        return {"sentence": f"{n} squared is {n * n}"}

    panels = [Text(("sentence",))]
    return {
        "Slider": lambda: Call(Slider, {"label": "number n", "values": values, "start": 1}),
        "Prediction": lambda: Call(
            Prediction, {"question": "2 · 2?", "answers": ("4", "5"), "right": "4", "because": "It is."}
        ),
        "Explorer": lambda: Call(
            Explorer,
            {"functions": [square], "name": "squares", "panels": panels, "n": slider},
            positional="functions",
        ),
        "frame": lambda: Call(Explorer(square, name="squares", panels=panels, n=slider).frame, {"n": 1}),
        "description": lambda: Call(
            Explorer(square, name="squares", panels=panels, n=slider).description, {"n": 1}
        ),
    }[name]()
