namespace Acornima;

/// <summary>The goal of a parse. The numbers are part of the binary contract.</summary>
public enum SourceType
{
    /// <summary>No goal.</summary>
    Unknown,

    /// <summary>A script.</summary>
    Script,

    /// <summary>A module.</summary>
    Module,
}

/// <summary>The kinds of tokens. The numbers are part of the binary contract.</summary>
public enum TokenKind
{
    /// <summary>No kind.</summary>
    Unknown,

    /// <summary>A punctuator.</summary>
    Punctuator,

    /// <summary>A reserved word.</summary>
    Keyword,

    /// <summary>A name, private names included.</summary>
    Identifier,

    /// <summary><c>null</c></summary>
    NullLiteral,

    /// <summary><c>true</c> or <c>false</c></summary>
    BooleanLiteral,

    /// <summary>A string.</summary>
    StringLiteral,

    /// <summary>A number.</summary>
    NumericLiteral,

    /// <summary>A number of any size.</summary>
    BigIntLiteral,

    /// <summary>A regular expression.</summary>
    RegExpLiteral,

    /// <summary>A piece of a template.</summary>
    Template,

    /// <summary>The end of the input.</summary>
    EOF,

    /// <summary>A kind declared by the consumer.</summary>
    Extension = -1,
}

/// <summary>
/// The edition of ECMAScript that a consumer asks for. This parser always reads the newest grammar it knows; the value
/// is kept for the consumer. The numbers are part of the binary contract.
/// </summary>
public enum EcmaVersion
{
    /// <summary>No edition.</summary>
    Unknown = 0,

    /// <summary>Edition 3.</summary>
    ES3 = 3,

    /// <summary>Edition 5.</summary>
    ES5 = 5,

    /// <summary>Edition 6.</summary>
    ES6 = 6,

    /// <summary>Edition 7.</summary>
    ES7 = 7,

    /// <summary>Edition 8.</summary>
    ES8 = 8,

    /// <summary>Edition 9.</summary>
    ES9 = 9,

    /// <summary>Edition 10.</summary>
    ES10 = 10,

    /// <summary>Edition 11.</summary>
    ES11 = 11,

    /// <summary>Edition 12.</summary>
    ES12 = 12,

    /// <summary>Edition 13.</summary>
    ES13 = 13,

    /// <summary>Edition 14.</summary>
    ES14 = 14,

    /// <summary>Edition 15.</summary>
    ES15 = 15,

    /// <summary>Edition 16.</summary>
    ES16 = 16,

    /// <summary>Edition 17.</summary>
    ES17 = 17,

    /// <summary>The edition of 2015.</summary>
    ES2015 = ES6,

    /// <summary>The edition of 2016.</summary>
    ES2016 = ES7,

    /// <summary>The edition of 2017.</summary>
    ES2017 = ES8,

    /// <summary>The edition of 2018.</summary>
    ES2018 = ES9,

    /// <summary>The edition of 2019.</summary>
    ES2019 = ES10,

    /// <summary>The edition of 2020.</summary>
    ES2020 = ES11,

    /// <summary>The edition of 2021.</summary>
    ES2021 = ES12,

    /// <summary>The edition of 2022.</summary>
    ES2022 = ES13,

    /// <summary>The edition of 2023.</summary>
    ES2023 = ES14,

    /// <summary>The edition of 2024.</summary>
    ES2024 = ES15,

    /// <summary>The edition of 2025.</summary>
    ES2025 = ES16,

    /// <summary>The edition of 2026.</summary>
    ES2026 = ES17,

    /// <summary>The newest edition.</summary>
    Latest = ES17,
}

/// <summary>Proposals that a consumer asks for. The numbers are part of the binary contract.</summary>
[Flags]
public enum ExperimentalESFeatures
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Decorators; their syntax is refused all the same.</summary>
    Decorators = 1,

    /// <summary>Import attributes; always read.</summary>
    ImportAttributes = 2,

    /// <summary>Equal names of capturing groups in different alternatives; always read.</summary>
    RegExpDuplicateNamedCapturingGroups = 4,

    /// <summary><c>using</c> declarations; always read.</summary>
    ExplicitResourceManagement = 8,

    /// <summary>Modifiers inside regular expressions; always read.</summary>
    RegExpModifiers = 16,

    /// <summary><c>import source</c>; refused.</summary>
    SourcePhaseImports = 32,

    /// <summary><c>import defer</c>; refused.</summary>
    DeferImportEvaluation = 64,

    /// <summary>All of them.</summary>
    All = Decorators | ImportAttributes | RegExpDuplicateNamedCapturingGroups | ExplicitResourceManagement
        | RegExpModifiers | SourcePhaseImports | DeferImportEvaluation,
}
