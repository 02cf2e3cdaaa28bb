"""Linksys, Sipura and Cisco SPA telephone adapters and phones (SPA2102, SPA3102, SPA9x2, PAP2T, SPA5xx).

    line = "[" number "]" ("Reg" text / "lcfg->" text) / "SYSCFG:" text / "fu:" digit ":" hex "," hex hex
         / ["system"] "request reboot" / ["reboot"] "reason:" ("C" / "W" / "H") hex

How sure: a public paste of 2016 shows lines of an SPA3102, which a Kiwi server stored: `lcfg`, SYSCFG, `fu` and the
reboot. The number is that of the line, from 0. A list of Cisco's support explains the reasons of a reboot (cold, warm,
hardware; the number is that of the cause). The texts of the registration are known from a description of another
public log. A collector may treat the first word of a line as its host. Other lines begin with a number in brackets,
too, but no source shows them, and other programs write such brackets: they are not read. Nothing is known about the
level, DHCP, DNS, TLS, or the form in which SIP messages are logged.
"""

import pyparsing as pp

vendor = "Linksys"
capture = {
    "trace": "The device sends it to the Syslog Server and the Debug Server that are set on its web page.",
    "more": "Set Debug Level to 3 (2 or more logs SIP messages) and SIP Debug Option to full; repeat the fault.",
    "undo": "Set Debug Level to 0 and SIP Debug Option to none again, which are the defaults.",
    "source": "Sipura SPA-841 manual, page 42 (Debug Level); Linksys SPA9000 Administrator Guide 3.01, page 6-49",
    "families": {"sip": "Set SIP Debug Option to full on the page of the line"},
}

message = pp.Regex(r".*")("message")
channel = pp.Regex(r"\[[0-9]{1,2}\]").set_name("number of the line in brackets")
registration = pp.Regex(r"Reg(?=[ A-Z]).*")("message")
line_settings = pp.Regex(r"lcfg->.*")("message")
settings = pp.Literal("SYSCFG")("component") + ":" + message
flash = pp.Regex(r"fu:[0-9]:[0-9a-f]{1,8}, [0-9a-f]{4} [0-9a-f]{4}")("message")
reboot = pp.Regex(r"(?:system )?request reboot")("message")
booted = pp.Regex(r"(?:reboot )?reason:[CHW][0-9a-f]{1,8}")("message")
header = channel + (registration | line_settings) | settings | flash | reboot | booted

levels: dict[str, str] = {}

messages = [
    ("sip.register.failed", pp.Literal("RegFAIL")("reason_phrase") + pp.Regex(r".*")),
    ("device.restarting", pp.Opt("system") + "request reboot"),
    ("device.started", pp.Opt("reboot") + "reason:" + pp.Regex(r"[CHW][0-9a-f]{1,8}")("reason")),
]
shared = ()

SPA3102 = "real: public paste X3wUaxqi, 'SPA3102 registration', 2016; the address is changed"
REASONS = "real: Cisco community, 'SPA Voice debug: reboot reason list' (3109222)"
KIWI = "2016-04-21 17:08:09\tLocal0.Info\t192.0.2.122\t"
samples = [
    (SPA3102, f"{KIWI}[0] lcfg->ucAdpDebugOpt1:4", "log.message", {}),
    (SPA3102, f"{KIWI}[1] lcfg->ucAdpDebugOpt2:4", "log.message", {}),
    (SPA3102, f"{KIWI}SYSCFG:WARMBOOT 24 83", "log.message", {}),
    (SPA3102, f"{KIWI}system request reboot", "device.restarting", {}),
    (SPA3102, f"{KIWI}fu:1:36e4, 0083 0001", "log.message", {}),
    (REASONS, "reboot reason:W4", "device.started", {"reason": "W4"}),
    (REASONS, "reboot reason:H30300010", "device.started", {"reason": "H30300010"}),
    ("synthetic", f"{KIWI}[0]Reg Addr Change(0) 0:0->c0000209:5060", "log.message", {}),
    ("synthetic", f"{KIWI}[0]RegFAIL; Retry in 30", "sip.register.failed", {"reason_phrase": "RegFAIL"}),
]
