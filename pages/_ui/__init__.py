"""What the pages share of Streamlit.

The server and its sessions: ``server`` (which addresses, which headers), ``session`` (the services, the page, the moment), ``view``
(what the address says), ``actor`` (who acts), ``deeds`` (what became of a button). What is drawn: ``components``, ``on_paper`` (the
quarter on paper), ``findings`` (what the checks found), ``signs`` and ``limits`` (how figures vary), ``moments`` (times), ``typeset``
(text as HTML), one style sheet. A report as it is written: ``fields`` (what was written into fields, read at the beginning of a run),
``draft``, ``report_form``, ``alongside`` and ``followup`` (what stands beside and around it), one script. A scenario: ``supposed`` (as
it is tried), ``proposals`` (as it is kept and proposed).
"""
