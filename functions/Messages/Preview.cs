using System.Globalization;

namespace Chat.Functions.Messages;

/// <summary>The beginning of a text, as lists and notifications show it.</summary>
public static class Preview
{
    /// <summary>In UTF-16 code units. It bounds the size of heads and inbox entries.</summary>
    public const int MaxLength = 100;

    /// <summary>At most the first 100 characters; a longer text ends with an ellipsis and is never cut within a grapheme cluster.</summary>
    public static string Of(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }

        var length = 0;
        while (length < text.Length)
        {
            var next = StringInfo.GetNextTextElementLength(text, length);
            if (length + next > MaxLength - 1)
            {
                break;
            }

            length += next;
        }

        return string.Concat(text.AsSpan(0, length), "…");
    }
}
