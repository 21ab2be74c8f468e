"""The Streamlit console: what a person sees of Muster; it knows only the API."""
