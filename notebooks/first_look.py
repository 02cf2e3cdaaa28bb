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
# An AudioCodes 420HD could not sign in to Lync. Its trace holds one line that matters.

# %%
from pathlib import Path

import lyncphone_logs as lp

fixtures = Path("..") / "fixtures"
path = fixtures / "audiocodes_400hd" / "founding-line" / "trace.log"
print(path.read_text(encoding="utf-8"))

# %% [markdown]
# ## What the line alone says
#
# The number after `ctx->error=` is OpenSSL's verify code. Code 7 makes one cause likely; its rivals are listed
# with what would decide between them.

# %%
trace = lp.read_trace(str(path))
report = lp.diagnose(trace)
report

# %% [markdown]
# ## With the server's certificates and the phone's firmware
#
# Both are evidence from elsewhere than the trace. A chain signed with SHA-256 and a firmware of 2013 confirm the
# cause. (The certificates were made for tests.)

# %%
chain = fixtures / "certificates" / "chain-sha256.pem"
informed = lp.diagnose(lp.read_trace(str(path), certificate=str(chain), firmware="2.0.5"))

for name, each in [("the line alone", report), ("with certificate and firmware", informed)]:
    print(name)
    for found in each.phones[0].diagnoses:
        print(f"  {found.verdict:10} {found.confidence:.2f}  {found.rule.code}  {found.rule.name}")

# %% [markdown]
# ## The events as a DataFrame
#
# A plain pandas DataFrame, a row for each event. `offset` and `bytes` lead back to the original file.

# %%
frame = trace.to_frame()
frame

# %%
frame[["line", "kind", "component", "level", "function", "source_line", "fields"]]
