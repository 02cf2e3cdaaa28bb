"""Parameters and their values, printed when a phone loads, changes or dumps them: `name = value`.

Source of the names: the public parameter data bases of AudioCodes' firmware (github.com/shanehoey) and Yealink's
administrator's guides. Only parameters that decide a diagnosis are read. It is inferred that a trace shows them.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
names = pp.Regex(
    r"(?:lync/)?sign_in/(?:check_server_[sc]ertificate|method)|(?:static\.)?security\.trust_certificates"
    r"|(?:static\.)?auto_provision\.server\.url|provisioning/(?:configuration|firmware)/url"
)
signed_in = pp.Literal("lync/sign_in/signed_success")
messages = [
    ("sign_in.succeeded", pp.SkipTo(signed_in) + signed_in + pp.Regex(r"[=:] *1\b") + rest),
    (
        "provisioning.setting",
        pp.SkipTo(names) + names("name") + pp.Regex(r"[=:]") + pp.Regex(r"[^\s,;]+")("value") + rest,
    ),
]

samples = [
    ("synthetic", "voip_task[440]: CC       : INFO - lync/sign_in/signed_success=1", "sign_in.succeeded", {}),
    (
        "synthetic",
        "voip_task[440]: CC       : INFO - lync/sign_in/check_server_sertificate=0",
        "provisioning.setting",
        {"name": "lync/sign_in/check_server_sertificate", "value": "0"},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : INFO - loaded static.security.trust_certificates = 0",
        "provisioning.setting",
        {"name": "static.security.trust_certificates", "value": "0"},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : INFO - provisioning/configuration/url=http://emea.ipp.sdg.teams.microsoft.com",
        "provisioning.setting",
        {"name": "provisioning/configuration/url", "value": "http://emea.ipp.sdg.teams.microsoft.com"},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : INFO - lync/sign_in/method=NUMBER_AND_PIN",
        "provisioning.setting",
        {"name": "lync/sign_in/method", "value": "NUMBER_AND_PIN"},
    ),
]
