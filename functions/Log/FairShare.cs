namespace Chat.Functions.Log;

/// <summary>Chooses who goes first when not all fit.</summary>
internal static class FairShare
{
    /// <summary>
    /// Chooses up to <paramref name="room"/> items: first an equal share for every owner, then in order of arrival. The result keeps the
    /// order of arrival, and no item overtakes an earlier one of its own owner.
    /// </summary>
    public static List<T> Choose<T, TOwner>(List<T> waiting, Func<T, TOwner> owner, int room)
        where TOwner : notnull
    {
        var taken = new Dictionary<TOwner, int>();
        foreach (var item in waiting)
        {
            taken[owner(item)] = 0;
        }

        var share = Math.Max(1, room / Math.Max(1, taken.Count));
        var chosen = new bool[waiting.Count];
        for (var index = 0; index < waiting.Count && room > 0; index++)
        {
            ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(taken, owner(waiting[index]));
            if (count < share)
            {
                count++;
                room--;
                chosen[index] = true;
            }
        }

        for (var index = 0; index < waiting.Count && room > 0; index++)
        {
            if (!chosen[index])
            {
                room--;
                chosen[index] = true;
            }
        }

        return [.. waiting.Where((_, index) => chosen[index])];
    }
}
