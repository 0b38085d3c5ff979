"""The model card: what the scores are made with, when it was fitted, on what, and how good it proved."""

from typing import Any

import pandas as pd
from flask import Blueprint, g, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from sidecar.backtest.page import COLUMNS, plots
from sidecar.fitted import kept_models
from sidecar.service.operations.asking import Asking
from sidecar.service.operations.backtests import KeptBacktest
from sidecar.service.tasks import Tasks


def add_model(pages: Blueprint, asking: Asking, tasks: Tasks) -> None:
    """`/model`."""

    @pages.get("/model")
    def model() -> str:
        deals, projection = kept_models(tasks.state.folder)
        newest = tasks.backtests.newest()
        return render_template(
            "model.html",
            deals=deals,
            proof=_records(deals.model.verdict.proof) if deals else [],
            projection=projection,
            ranges=_records(projection.model.proof) if projection else [],
            backtest=newest,
            plots=_plots(newest),
            columns=COLUMNS,
        )

    @pages.post("/model/backtest")
    def make_backtest() -> Response:
        asking.backtest(g.visitor.name)
        return redirect(url_for("console.model"), 303)


def _plots(newest: KeptBacktest | None) -> list[tuple[str, Markup]]:
    # drawn by our own code, which escapes every text
    return [(title, Markup(drawing)) for title, drawing in plots(newest.result)] if newest else []  # noqa: S704


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
