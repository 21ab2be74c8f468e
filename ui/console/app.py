"""The frame round every screen: who is signed in, where to go, what keeps it alive."""

from pathlib import Path

import streamlit as st

from ui.console.api_client import api
from ui.console.components.keeper import keep_signed_in
from ui.console.panels import panel
from ui.console.sign_in import remember_person

FOLDER = Path(__file__).parent
MARK = str(FOLDER / "mark.png")
WORDMARK = str(FOLDER / "wordmark.png")

st.set_page_config(page_title="Muster", page_icon=MARK, layout="wide")
st.logo(WORDMARK, size="large", icon_image=MARK)

screen = st.navigation(
    {
        "Work": [
            st.Page(
                "screens/overview.py",
                title="Overview",
                icon=":material/space_dashboard:",
                default=True,
            ),
            st.Page(
                "screens/campaigns.py",
                title="Campaigns",
                icon=":material/campaign:",
                url_path="campaigns",
            ),
            st.Page(
                "screens/review.py",
                title="Review",
                icon=":material/how_to_reg:",
                url_path="review",
            ),
            st.Page(
                "screens/new_campaign.py",
                title="New campaign",
                url_path="new-campaign",
                visibility="hidden",
            ),
            st.Page(
                "screens/campaign_run.py",
                title="Campaign",
                url_path="campaign",
                visibility="hidden",
            ),
        ],
        "You": [
            st.Page(
                "screens/account.py",
                title="Account",
                icon=":material/account_circle:",
                url_path="account",
            ),
        ],
    }
)

with st.container(width=1120, key="frame"):
    with panel("person", "Your login"):
        remember_person(api().who_am_i())
        screen.run()
    keep_signed_in()
