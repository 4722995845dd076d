"""The server, and the router that it runs for each page: settings, pages, what is said on every page. Start it with ``make run``."""

import streamlit as st

from pages._ui import draft, server, session

if __name__ == "__main__":  # as the server runs it for each page
    st.set_page_config(page_title="KPI explorer", page_icon=str(session.ICON), layout="wide")
    session.run(session.navigation(), first=draft.begin)
else:
    app = st.App(__file__, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
