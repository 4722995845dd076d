"""A second click on a button, while what the first one asked for is being done."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.testing.v1.local_script_runner import LocalScriptRunner


class Click:
    """The second click, while ``name`` is being done for the first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, of: type, name: str) -> None:
        self.came = 0
        first: list[WidgetStates] = []
        run, do = LocalScriptRunner.run, getattr(of, name)

        def clicked(runner: LocalScriptRunner, widget_state: WidgetStates, *given: Any, **more: Any) -> Any:
            first[:] = [widget_state]
            return run(runner, widget_state, *given, **more)

        def slow(*given: Any, **more: Any) -> Any:
            made = do(*given, **more)
            context = get_script_run_ctx()
            assert context is not None
            assert context.script_requests is not None
            if not self.came:
                context.script_requests.request_rerun(
                    RerunData(widget_states=first[0], page_script_hash=context.page_script_hash)
                )
            self.came += 1
            return made

        monkeypatch.setattr(LocalScriptRunner, "run", clicked)
        monkeypatch.setattr(of, name, slow)
