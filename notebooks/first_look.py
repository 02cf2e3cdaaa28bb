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
# An AudioCodes 420HD could not sign in to Lync. Its trace contains one relevant line.

# %%
from pathlib import Path

import lyncphone_logs as lp

fixtures = Path("..") / "fixtures"
path = fixtures / "audiocodes_400hd" / "founding-line" / "trace.log"
print(path.read_text(encoding="utf-8"))

# %% [markdown]
# ## Diagnosis from the line alone
#
# The number after `ctx->error=` is OpenSSL's verify code. Code 7 makes one cause likely. The report also lists its
# rivals, with what would decide between them.

# %%
trace = lp.read_trace(str(path))
report = lp.diagnose(trace)
report

# %% [markdown]
# ## Diagnosis with the server's certificates and the phone's firmware
#
# Both are evidence from outside the trace. A chain signed with SHA-256 and a firmware of 2013 confirm the cause. (The
# certificates were made for tests.)

# %%
chain = fixtures / "certificates" / "chain-sha256.pem"
informed = lp.diagnose(lp.read_trace(str(path), certificate=str(chain), firmware="2.0.5"))

for title, result in [("the line alone", report), ("with certificate and firmware", informed)]:
    print(title)
    for diagnosis in result.phones[0].diagnoses:
        print(f"  {diagnosis.verdict:10} {diagnosis.confidence:.2f}  {diagnosis.rule.code}  {diagnosis.rule.name}")

# %% [markdown]
# ## Events as a DataFrame
#
# A plain pandas DataFrame with one row per event. `offset` and `bytes` are the event's position in the original file.

# %%
frame = trace.to_frame()
frame

# %%
frame[["line", "kind", "component", "level", "function", "source_line", "fields"]]
