"""The router: settings, the pages, and what is said on every page. Start it with ``make run``."""

import streamlit as st

from pages._ui import session

st.set_page_config(page_title="KPI explorer", page_icon=str(session.ICON), layout="wide")

page = st.navigation(
    [
        st.Page("pages/scorecard.py", title="Scorecard", default=True),
        st.Page("pages/indicator.py", title="Indicator", url_path="indicator"),
        st.Page("pages/exceptions.py", title="Exceptions", url_path="exceptions"),
        st.Page("pages/about.py", title="About these figures", url_path="about"),
    ],
    position="top",
)
session.run(page)
