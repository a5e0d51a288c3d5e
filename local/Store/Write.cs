namespace Chat.Local.Store;

/// <summary>What a write does. The values stand in files.</summary>
internal enum WriteKind : byte
{
    PutRecord = 1,
    DeleteRecord = 2,
    PutRow = 3,
    DeleteRow = 4,
    AddEntry = 5,
    RemoveEntry = 6,
    ClearIndex = 7,
}

/// <summary>An index: what it is of, by a number from <see cref="LocalStore.NewId"/>, and which of its orders.</summary>
internal readonly record struct IndexName(long Scope, int Kind);

/// <summary>One change of what is kept.</summary>
/// <param name="Number">The record, the row, or what an entry of an index stands for.</param>
/// <param name="Value">The value of a row, or the key of an entry; nobody changes it afterwards.</param>
internal readonly record struct Write(
    WriteKind Kind, long Number, Record? Record = null, IndexName Index = default, byte[]? Value = null)
{
    public byte[] Bytes => Value ?? [];

    public static Write Put(Record record) => new(WriteKind.PutRecord, record.Id, record);

    public static Write Delete(long record) => new(WriteKind.DeleteRecord, record);

    public static Write PutRow(long number, byte[] value) => new(WriteKind.PutRow, number, Value: value);

    public static Write DeleteRow(long number) => new(WriteKind.DeleteRow, number);

    /// <summary>Adds an entry that isn't there.</summary>
    public static Write AddEntry(IndexName index, byte[] key, long number) => new(WriteKind.AddEntry, number, Index: index, Value: key);

    /// <summary>Removes an entry that is there.</summary>
    public static Write RemoveEntry(IndexName index, byte[] key, long number) =>
        new(WriteKind.RemoveEntry, number, Index: index, Value: key);

    /// <summary>Removes all entries of an index.</summary>
    public static Write ClearIndex(IndexName index) => new(WriteKind.ClearIndex, 0, Index: index);
}
