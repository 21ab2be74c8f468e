"""One file a screen; each is a script that Streamlit runs from top to bottom."""
