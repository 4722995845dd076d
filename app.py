"""The router: settings, the pages, and what is said on every page. Start it with ``make run``."""

import streamlit as st

from pages._ui import draft, session

st.set_page_config(page_title="KPI explorer", page_icon=str(session.ICON), layout="wide")
session.run(session.navigation(), first=draft.begin)
