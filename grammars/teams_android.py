"""Teams phones with Android: lines of its log (logcat) that show that the device is a desk phone.

    line    = [stamp] (process thread level tag ":" / process "-" thread "/" package level "/" tag ":") message
            / level "/" tag "(" process "):" library message
    library = "[" "yyyy-MM-DD hh:mm:ss" " - " words "]"               ; Microsoft's identity library for Android
    stamp   = "MM-DD hh:mm:ss.mmm" / "yyyy-MM-DD hh:mm:ss.mmm"
    level   = "V" / "D" / "I" / "W" / "E" / "F" / "A"
    package = "com.microsoft.skype.teams.ipphone" [":" word]

How sure: Android's documentation of logcat describes the forms (`threadtime`, `brief`, and that of Android Studio).
Every Android device writes them, so a line is read only if its package is Microsoft's application for desk phones, if
its tag begins with `BetterTogether:`, which a public test of Teams phones by Yealink shows, or if it has the form
`brief` with the stamp of Microsoft's identity library, which an AudioCodes phone for Teams sends by syslog. The other
lines of such a log are not read, and neither is a log without such a line. Two lines of the library on a phone are
known, those with `authorization_pending`; that it writes other answers in the same way is inferred from its source. It
is inferred too that OpenSSL's errors appear.
"""

import pyparsing as pp

vendor = "Android"
capture = {
    "trace": "The Teams admin center has it (Teams devices, Download device logs), or adb logcat records it.",
    "more": "Repeat the fault and save the log at once: logcat has a ring buffer, so that old lines are lost.",
    "undo": "Nothing was changed.",
    "source": "Microsoft Learn: Manage your devices in Teams (device logs); Android: Logcat command-line tool",
}

message = pp.Regex(r".*")("message")
stamp = pp.Regex(r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}")("stamp")
number = pp.Regex(r"[0-9]{1,7}")
# A tag may contain blanks and colons; the first colon before a blank ends it.
tag = pp.Regex(r"[^ :](?:[^:]|:(?=[^ ]))*")("component") + ":"
phone_tag = pp.FollowedBy(pp.Literal("BetterTogether:")) + tag
thread_time = number("procid") + number + pp.Regex(r"[VDIWEFA](?= )")("level") + phone_tag + message
package = pp.Regex(r"com\.microsoft\.skype\.teams\.ipphone(?::[A-Za-z_]{1,30})?")("app_name")
process = pp.Regex(r"[0-9]{1,7}-[0-9]{1,7}")("procid") + "/"
studio = process + package + pp.Regex(r"[VDIWEFA](?=/)")("level") + "/" + tag + message
library = pp.Literal("[") + pp.Regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} - ") + pp.Regex(r"[^\]]*\]")
brief_tag = pp.Regex(r"[A-Za-z][A-Za-z0-9_:.#$-]*")("component") + "(" + number("procid") + "):"
brief = pp.Regex(r"[VDIWEFA](?=/)")("level") + "/" + brief_tag + library + message
header = pp.Opt(stamp) + (thread_time | studio | brief)

levels = {"V": "debug", "D": "debug", "I": "info", "W": "warning", "E": "err", "F": "crit", "A": "crit"}

messages: list[tuple[str, pp.ParserElement]] = []
shared = ("openssl", "entra", "microsoft")

IDENTITY = "real: github.com/AzureAD/microsoft-authentication-library-common-for-android issue 1856, AudioCodes phone"
samples = [
    (
        "synthetic",
        "2022-09-07 22:03:07.659 19897-19897/com.microsoft.skype.teams.ipphone E/Tag: text",
        "log.message",
        {},
    ),
    (
        IDENTITY,
        "W/MicrosoftStsOAuth2Strategy:TokenResult( 1964):  [2022-09-29 07:08:45 - thread_name : pool-22-thread-3, "
        "correlation_id : 8a3920b9-905e-440b-8cda-1b0e30faf586] Error: authorization_pending Android 28",
        "sign_in.token.pending",
        {"reason": "authorization_pending"},
    ),
    (
        IDENTITY,
        "W/MicrosoftStsOAuth2Strategy:TokenResult( 1964):  [2022-09-29 07:08:45 - thread_name : pool-22-thread-3, "
        "correlation_id : 8a3920b9-905e-440b-8cda-1b0e30faf586] Failure Result Android 28",
        "log.message",
        {},
    ),
    (
        "synthetic",
        "W/MicrosoftStsOAuth2Strategy:TokenResult( 1964):  [2022-09-29 07:08:45 - thread_name : pool-22-thread-3, "
        "correlation_id : 8a3920b9-905e-440b-8cda-1b0e30faf586] Error: invalid_grant Android 28",
        "sign_in.token.refused",
        {"reason": "invalid_grant"},
    ),
    (
        "synthetic",
        "02-28 09:43:17.988  1899 22514 I BetterTogether:EndpointPairingService: No endpoint paired, do nothing",
        "log.message",
        {},
    ),
    (
        "synthetic",
        "2022-09-07 22:03:08.001 19897-19911/com.microsoft.skype.teams.ipphone:auth W/Conscrypt: "
        "error:14090086:SSL routines:SSL3_GET_SERVER_CERTIFICATE:certificate verify failed",
        "tls.error",
        {
            "error_code": "14090086",
            "library": "SSL routines",
            "routine": "SSL3_GET_SERVER_CERTIFICATE",
            "reason": "certificate verify failed",
        },
    ),
]
