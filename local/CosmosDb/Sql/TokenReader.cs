using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Reads a query token by token.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    public int Position { get; set; }

    public Token Next => tokens[Position];

    /// <summary>The token before the next.</summary>
    public Token Last => tokens[Position - 1];

    public Token BeforeLast => tokens[Position - 2];

    public Token Advance() => tokens[Next.Kind == TokenKind.End ? Position : Position++];

    public bool Take(string keyword)
    {
        var found = Next.Is(keyword);
        Position += found ? 1 : 0;
        return found;
    }

    public bool TakeSymbol(string symbol)
    {
        var found = Next.IsSymbol(symbol);
        Position += found ? 1 : 0;
        return found;
    }

    public void Expect(string keyword)
    {
        if (!Take(keyword))
        {
            throw Unexpected();
        }
    }

    public void ExpectSymbol(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Unexpected();
        }
    }

    public string Name() => Next.Kind == TokenKind.Name ? Advance().Text : throw Unexpected();

    public void ExpectEnd()
    {
        if (Next.Kind != TokenKind.End)
        {
            throw Unexpected();
        }
    }

    /// <summary>Goes to a keyword of the same SELECT, if it has it; after a dot, the same word is a property.</summary>
    public bool SkipTo(string keyword)
    {
        for (var depth = 0; depth >= 0 && Next.Kind != TokenKind.End; Position++)
        {
            if (depth == 0 && Next.Is(keyword) && !tokens[Position - 1].IsSymbol("."))
            {
                return true;
            }

            depth += Next.Kind != TokenKind.Symbol ? 0 : Next.Text is "(" or "[" or "{" ? 1 : Next.Text is ")" or "]" or "}" ? -1 : 0;
        }

        return false;
    }

    public RefusedException Unexpected() =>
        new(
            400,
            Next.Kind == TokenKind.End
                ? "Syntax error, the query ends too early."
                : $"Syntax error, incorrect syntax near '{Next.Text}' at {Next.Position}; or it isn't supported here.");
}
