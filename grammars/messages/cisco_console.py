"""What the console of Cisco's 8941 and 8945 prints, and the alarm that a Cisco phone sends about its last registration.

How sure: the console is known from one public paste of an 8945 whose files are missing, the alarm from one message in
an issue of chan-sccp. The parameters of the alarm have the order of that message. Each but the reason may be missing.
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
file = pp.Regex(r"(?:CTL|ITL)?SEP[0-9A-Fa-f]{12}\.[a-z.]+")("file")
address = pp.Regex(r"[0-9A-Fa-f.:]*[0-9A-Fa-f]")


def parameter(name: str, value: str, field: str) -> pp.ParserElement:
    """A parameter of an alarm, from the text before it on."""
    opening = pp.Regex(rf'<(?:Enum|String) name="{name}">')
    return pp.SkipTo(opening) + opening + pp.Regex(value)(field)


alarm = (
    pp.Literal('<Alarm Name="LastOutOfServiceInformation">')
    + pp.Opt(parameter("DeviceName", r"[^<]+", "device"))
    + pp.Opt(parameter("ModelNumber", r"[^<]+", "model"))
    + pp.Opt(parameter("UnifiedCMIPAddress", r"[^<]+", "server"))
    + parameter("ReasonForOutOfService", r"[0-9]+", "reason_code")
)
messages = [
    ("device.identified", pp.Literal("Welcome to CP-") + pp.Regex(r"89[0-9]{2}")("model") + rest),
    (
        "provisioning.file.requested",
        pp.Regex(r"HTTP|TFTP") + "server=" + address("server") + "filename=" + pp.Regex(r"\S+")("file") + rest,
    ),
    (
        "provisioning.file.failed",
        pp.Literal("TFTP error : download") + file + pp.Literal("fail") + rest,
    ),
    (
        "provisioning.file.failed",
        file + pp.Regex(r"not found(?= in )")("reason") + rest,
    ),
    ("device.out_of_service", alarm + rest),
]

CONSOLE = "real: pastebin.com/te6Lx9w9, 2018, an 8945; MAC address replaced"
ALARM = "real: github.com/chan-sccp/chan-sccp issue 469, an 8941, as Asterisk prints it; shortened, addresses replaced"
samples = [
    (CONSOLE, "Welcome to CP-8945", "device.identified", {"model": "8945"}),
    (CONSOLE, "[CP-8945] provision_task_delete_and_recreate(), recreate= 1", "log.message", {}),
    (CONSOLE, "00:00:49:38.216 - E/REG (Fail)", "log.message", {}),
    (CONSOLE, "16:04:06, 04/05/2018 : CTLSEP001122334455.tlv updating", "log.message", {}),
    (CONSOLE, "HTTP download error, try tftp download", "log.message", {}),
    (
        CONSOLE,
        "provision_download_file 1638: TFTP server=172.16.3.200 filename=CTLSEP001122334455.tlv",
        "provisioning.file.requested",
        {"server": "172.16.3.200", "file": "CTLSEP001122334455.tlv"},
    ),
    (
        CONSOLE,
        "TFTP error : download CTLSEP001122334455.tlv fail",
        "provisioning.file.failed",
        {"file": "CTLSEP001122334455.tlv"},
    ),
    (
        CONSOLE,
        "16:04:06, 04/05/2018 : CTLSEP001122334455.tlv not found in 172.16.3.200",
        "provisioning.file.failed",
        {"file": "CTLSEP001122334455.tlv", "reason": "not found"},
    ),
    (
        ALARM,
        '<?xml version="1.0" encoding="UTF-8"?><x-cisco-alarm><Alarm Name="LastOutOfServiceInformation">'
        '<ParameterList><String name="DeviceName">SEP001122334455</String><String name="ModelNumber">CP-8941</String>'
        '<String name="UnifiedCMIPAddress">192.0.2.33</String><Enum name="ReasonForOutOfService">24</Enum>'
        "</ParameterList></Alarm></x-cisco-alarm>",
        "device.out_of_service",
        {"device": "SEP001122334455", "model": "CP-8941", "server": "192.0.2.33", "reason_code": 24},
    ),
]
