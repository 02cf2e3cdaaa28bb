"""Grammar files: pyparsing expressions, compiled to linear-time patterns of `re`.

Public: `loader.load_grammars`, `loader.read_grammar`, `grammar.Grammar`, `compiler.compile_expression`,
`multiline_spec`. The only package that imports pyparsing. It must not know rules or files of a trace.
"""
