"""What an analyst who knows pandas and Streamlit would write for the scorecard in an afternoon, and write well.

The same figures from one file, the same filters in the address, ratings worked out here, counts, the table with
changes and trends, and a heat map. It knows nothing of revisions, reports, conflicts, reasons or roles.
"""

import os

import altair as alt
import pandas as pd
import streamlit as st

RATINGS = ["Red", "Amber", "Green", "Not rated", "No data"]
COLOURS = ["#b3261e", "#e0a100", "#2e7d32", "#9aa3ad", "#e3e6ea"]
COLUMNS = ["Rating", "Indicator", "Category", "Value", "Target", "Since last quarter", "Since last year", "Trend"]


@st.cache_data
def load() -> pd.DataFrame:
    """The figures with their ratings and changes, worked out once."""
    df = pd.read_csv(os.environ["BENCH_FIGURES"]).sort_values(["code", "start"])
    low, high, value = df["target_low"], df["target_high"], df["value"]
    tolerance = df["tolerance"].where(df["tolerance_kind"] != "percent", df["tolerance"] / 100 * low).fillna(0)
    short = (low - value).where(df["polarity"] != "low")
    over = (value - high).where(df["polarity"] != "high")
    missed_by = pd.concat([short, over], axis=1).max(axis=1)
    past_level = df["level"].notna() & (
        ((df["polarity"] == "high") & (value <= df["level"])) | ((df["polarity"] == "low") & (value >= df["level"]))
    )
    df["rating"] = "Red"
    df.loc[missed_by <= tolerance, "rating"] = "Amber"
    df.loc[past_level, "rating"] = "Red"
    df.loc[missed_by <= 0, "rating"] = "Green"
    df.loc[low.isna(), "rating"] = "Not rated"
    df.loc[value.isna(), "rating"] = "No data"
    by_code = df.groupby("code")["value"]
    df["quarter_change"] = value - by_code.shift(1)
    df["year_change"] = value - by_code.shift(4)
    known = {code: values.dropna() for code, values in df.set_index("start").groupby("code")["value"]}
    df["trend"] = [
        known[code].loc[:start].tail(8).tolist() for code, start in zip(df["code"], df["start"], strict=True)
    ]
    return df


st.set_page_config(page_title="Scorecard", layout="wide")
figures = load()
quarters = figures.drop_duplicates("start").sort_values("start", ascending=False)["quarter"].tolist()
categories = figures["category"].drop_duplicates().tolist()

st.title("Children's services scorecard")
left, right = st.columns(2)
quarter = left.selectbox("Quarter", quarters, key="quarter", bind="query-params")
chosen = right.multiselect("Category", categories, key="category", placeholder="All categories", bind="query-params")
rating = st.pills("Rating", RATINGS, selection_mode="multi", key="rating", bind="query-params")

now = figures[figures["quarter"] == quarter]
counts = now["rating"].value_counts()
for column, name in zip(st.columns(len(RATINGS)), RATINGS, strict=True):
    column.metric(name, int(counts.get(name, 0)))

shown = now
if chosen:
    shown = shown[shown["category"].isin(chosen)]
if rating:
    shown = shown[shown["rating"].isin(rating)]
history = figures[figures["code"].isin(shown["code"]) & (figures["start"] <= now["start"].max())]

st.subheader(f"{len(shown)} of {len(now)} indicators, {quarter}")
table = pd.DataFrame(
    {
        "Rating": shown["rating"],
        "Indicator": shown["indicator"],
        "Category": shown["category"],
        "Value": shown["value"],
        "Target": shown["target"],
        "Since last quarter": shown["quarter_change"].round(1),
        "Since last year": shown["year_change"].round(1),
        "Trend": shown["trend"],
    },
    columns=COLUMNS,
)
st.dataframe(table, hide_index=True, key="table", column_config={"Trend": st.column_config.LineChartColumn("Trend")})

with st.expander("Ratings by quarter"):
    st.altair_chart(
        alt.Chart(history[["indicator", "quarter", "rating"]])
        .mark_rect()
        .encode(
            x=alt.X("quarter", type="nominal", sort=quarters[::-1], title=None),
            y=alt.Y("indicator", type="nominal", title=None),
            color=alt.Color("rating", type="nominal", scale=alt.Scale(domain=RATINGS, range=COLOURS), title="Rating"),
        ),
        key="heat",
    )
