# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first look at a trace
#
# An AudioCodes 420HD could not sign in to Lync. Its trace has one line that matters:

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import lyncphone_logs as lp

fixtures = Path("..") / "fixtures"
path = fixtures / "audiocodes_400hd" / "founding-line" / "trace.log"
print(path.read_text(encoding="utf-8"))

# %% [markdown]
# ## One call
#
# `ctx->error` is OpenSSL's verify code. The report begins with the cause that explains it best. How to check the cause
# comes before how to fix it.

# %%
report = lp.diagnose(path)
report

# %% [markdown]
# ## The answer as data
#
# A report is the sequence of its diagnoses, the leading cause first. As a DataFrame, it has a row for each.

# %%
report.to_frame()[["code", "title", "verdict", "score", "source", "line"]]

# %% [markdown]
# ## What would decide
#
# The line alone does not prove the cause. Each diagnosis says what does: these are the commands to run.

# %%
best = report.diagnoses[0]
for check in best.rule.checks:
    print(check.says, *check.commands, sep="\n")

# %% [markdown]
# ## With the server's certificate
#
# The chain is signed with SHA-256, and the phone has firmware 2.0.5. Compare the scores with those above. (The
# certificates were made for tests.)

# %%
chain = fixtures / "certificates" / "chain-sha256.pem"
informed = lp.diagnose(path, certificate=chain, firmware="2.0.5")
informed.to_frame()[["code", "title", "verdict", "score"]]

# %% [markdown]
# ## The lines as a DataFrame
#
# Another phone wrote more lines: it was first switched on outside the network. `to_frame` gives a row for each, and
# `fields` adds a column for a number in the message.

# %%
story = fixtures / "audiocodes_400hd" / "first-sign-in-outside" / "trace.log"
frame = lp.read_trace(story, year=2013).to_frame(fields=["verify_code"])
frame

# %% [markdown]
# ## A filter
#
# Severities are ordered: this selects what is at least as severe as a warning.

# %%
frame[frame["severity"] >= "warning"][["time", "kind", "message", "verify_code"]]

# %% [markdown]
# ## A diagnosis of what is left
#
# `frame.phone` diagnoses exactly the lines in a frame. It also shows how far the sign-in got. (The column of that name
# is `frame["phone"]`.)

# %%
first_minute = frame[frame["time"] < "2013-07-09 10:01"]
journey = first_minute.phone.journey(year=2013)
print(repr(first_minute.phone.diagnose(year=2013)))
journey[journey["state"].isin(["passed", "failed"])]

# %% [markdown]
# ## Several phones
#
# Four phones in one folder. The report counts phones by cause. The lines of one are those of daemons, which any
# computer writes; the stated model shows that it is a phone.

# %%
temporary = TemporaryDirectory()
folder = Path(temporary.name)
for number, name in enumerate(["first-sign-in-outside", "no-dhcp-server", "clock-never-set", "signed-in"], 1):
    text = (fixtures / "audiocodes_400hd" / name / "trace.log").read_text(encoding="utf-8")
    (folder / f"{name}.log").write_text(text.replace("synthetic-phone", f"phone{number}"), encoding="utf-8")

fleet = lp.diagnose(folder, year=2013, model="420HD")
print(fleet)
causes = fleet.to_frame()
causes[causes["verdict"] >= "possible"][["phone", "code", "title", "verdict"]]

# %% [markdown]
# ## Where to go on
#
# `lp.` and the tab key list every public name, `help(lp.diagnose)` every option. Try a trace of your own:
# `lp.diagnose("trace.log")`. A trace also gives the typed fields of one kind of event, such as each certificate that a
# phone rejected. The [README](../README.md) describes the program, and [the page on
# interfaces](../docs/interfaces.md) what you can rely on.

# %%
lp.read_trace(folder, year=2013).fields("tls.server_certificate.rejected")
