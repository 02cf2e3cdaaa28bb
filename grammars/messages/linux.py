"""What the Linux kernel prints when it crashes, or a program does.

Source of the texts: kernel/panic.c, mm/oom_kill.c, arch/*/mm/fault.c and arch/*/kernel/traps.c of Linux. It is inferred
that phones send these lines to syslog; no trace of a phone that crashed is known.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
task = pp.Word(pp.alphanums + "_-./:")
number = pp.Word(pp.nums)
stamp = pp.Opt(pp.Regex(r"\[ *[0-9]+\.[0-9]+\]"))
messages = [
    ("device.crashed", stamp + pp.Literal("Kernel panic - not syncing:") + rest("reason")),
    ("device.crashed", stamp + pp.Regex(r"Unable to handle kernel [a-zA-Z ]+")("reason") + rest),
    ("device.crashed", stamp + (pp.Literal("Oops:") | pp.Literal("Internal error: Oops:"))("reason") + rest),
    ("device.crashed", stamp + task("task") + "[" + number + "]:" + pp.Literal("segfault at")("reason") + rest),
    (
        "device.crashed",
        stamp + pp.Regex(r"Out of memory: Kill(?:ed)? process")("reason") + number + "(" + task("task") + ")" + rest,
    ),
]

samples = [
    (
        "synthetic",
        "voip_task[440]: KERN     : ERR  - Kernel panic - not syncing: Fatal exception in interrupt",
        "device.crashed",
        {"reason": "Fatal exception in interrupt"},
    ),
    (
        "synthetic",
        "voip_task[440]: KERN     : ERR  - [ 1234.567890] Unable to handle kernel paging request at virtual address 0",
        "device.crashed",
        {"reason": "Unable to handle kernel paging request at virtual address "},
    ),
    ("synthetic", "voip_task[440]: KERN     : ERR  - Oops: 0002 [#1]", "device.crashed", {"reason": "Oops:"}),
    (
        "synthetic",
        "voip_task[440]: KERN     : ERR  - voip_task[440]: segfault at 0 ip 00008a54 sp be9f4c10 error 4",
        "device.crashed",
        {"task": "voip_task", "reason": "segfault at"},
    ),
    (
        "synthetic",
        "voip_task[440]: KERN     : ERR  - Out of memory: Kill process 440 (voip_task) score 700 or sacrifice child",
        "device.crashed",
        {"reason": "Out of memory: Kill process", "task": "voip_task"},
    ),
]
