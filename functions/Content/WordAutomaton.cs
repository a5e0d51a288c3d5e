namespace Chat.Functions.Content;

/// <summary>Finds all words of a list in one pass over a text (Aho–Corasick).</summary>
/// <remarks>Nodes are numbered level by level, so that a node's children follow each other: 18 bytes a node.</remarks>
internal sealed class WordAutomaton
{
    private readonly char[] _labels;
    private readonly int[] _firstChildren;
    private readonly int[] _fails;

    /// <summary>The length of the word that ends at a node; 0 for none.</summary>
    private readonly int[] _lengths;

    /// <summary>The next shorter suffix of a node that is a word; 0 for none.</summary>
    private readonly int[] _suffixes;

    /// <summary>The root's children by ASCII character: most steps begin there.</summary>
    private readonly int[] _roots = new int[128];

    public WordAutomaton(IEnumerable<string> words)
    {
        string[] sorted = [.. words.Where(word => word.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        List<(int First, int End, int Depth, int Parent)> nodes = [(0, sorted.Length, 0, 0)];
        List<char> labels = ['\0'];
        List<int> firstChildren = [];
        var lengths = new List<int>();
        for (var node = 0; node < nodes.Count; node++)
        {
            var (first, end, depth, _) = nodes[node];
            firstChildren.Add(nodes.Count);
            lengths.Add(first < end && depth > 0 && sorted[first].Length == depth ? depth : 0);
            for (var word = first + (lengths[node] > 0 ? 1 : 0); word < end;)
            {
                var next = word;
                while (next < end && sorted[next][depth] == sorted[word][depth])
                {
                    next++;
                }

                labels.Add(sorted[word][depth]);
                nodes.Add((word, next, depth + 1, node));
                word = next;
            }
        }

        firstChildren.Add(nodes.Count);
        (_labels, _firstChildren, _lengths) = ([.. labels], [.. firstChildren], [.. lengths]);
        (_fails, _suffixes) = (new int[nodes.Count], new int[nodes.Count]);
        for (var node = _firstChildren[0]; node < _firstChildren[1]; node++)
        {
            if (char.IsAscii(_labels[node]))
            {
                _roots[_labels[node]] = node;
            }
        }

        for (var node = _firstChildren[1]; node < nodes.Count; node++)
        {
            _fails[node] = Step(_fails[nodes[node].Parent], _labels[node]);
            _suffixes[node] = _lengths[_fails[node]] > 0 ? _fails[node] : _suffixes[_fails[node]];
        }
    }

    /// <summary>Adds where words are: of those that end at one place the longest.</summary>
    /// <param name="text">The folded text.</param>
    /// <param name="isWhole">Whether a word must stand alone: no letter or digit before and after it.</param>
    /// <param name="found">By start and end; null while there are none.</param>
    public void Find(ReadOnlySpan<char> text, bool isWhole, ref List<(int Start, int End)>? found)
    {
        var node = 0;
        for (var at = 0; at < text.Length; at++)
        {
            node = Step(node, text[at]);
            for (var word = _lengths[node] > 0 ? node : _suffixes[node]; word > 0; word = _suffixes[word])
            {
                var start = at + 1 - _lengths[word];
                if (!isWhole || StandsAlone(text, start, at + 1))
                {
                    (found ??= []).Add((start, at + 1));
                    break;
                }
            }
        }
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !char.IsLetterOrDigit(text[start - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]));

    private int Step(int node, char label)
    {
        while (true)
        {
            if (ChildOf(node, label) is > 0 and var child)
            {
                return child;
            }

            if (node == 0)
            {
                return 0;
            }

            node = _fails[node];
        }
    }

    private int ChildOf(int node, char label)
    {
        if (node == 0 && char.IsAscii(label))
        {
            return _roots[label];
        }

        var first = _firstChildren[node];
        var place = _labels.AsSpan(first, _firstChildren[node + 1] - first).BinarySearch(label);
        return place < 0 ? 0 : first + place;
    }
}
