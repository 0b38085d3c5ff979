"""Login with a token, and the end of a session."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sidecar.service.guard import Door


def add_login(pages: Blueprint, door: Door, *, org_login: bool) -> None:
    """`/login` and `/logout`.

    Args:
        org_login: whether there is another login to be offered.
    """

    @pages.route("/login", methods=["GET", "POST"])
    def log_in() -> tuple[str, int] | Response:
        if request.method == "GET":
            return render_template("login.html", org_login=org_login), 200
        role = door.role_of(request.form.get("token", ""))
        if role is None:
            return render_template("login.html", problem="This is not the token.", org_login=org_login), 401
        door.enter(f"the {role} token", role)
        return redirect(url_for("console.home"), 303)

    @pages.post("/logout")
    def log_out() -> Response:
        door.leave()
        return redirect(url_for("console.log_in"), 303)
