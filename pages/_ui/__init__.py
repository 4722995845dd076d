"""What the pages share of Streamlit: the session and its URL, and the components they draw."""
