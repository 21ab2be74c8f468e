"""Parts of screens that live in the browser; the JavaScript lies beside each."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

FOLDER = Path(__file__).parent


def load_component(name: str, *more_scripts: str) -> ComponentRenderer:
    """
    Return the component whose files are `<name>.js` and, if there is one, `<name>.css`.

    What all of them share (`hub.js`, `shared.css`) goes in front: a component is one
    module, and Streamlit hands it to the browser as text.
    """
    scripts = ["hub", *more_scripts, name]
    styles = [FOLDER / "shared.css", FOLDER / f"{name}.css"]
    return st.components.v2.component(
        f"muster_{name}",
        css="\n".join(style.read_text("utf-8") for style in styles if style.exists()),
        js="\n".join((FOLDER / f"{one}.js").read_text("utf-8") for one in scripts),
    )
